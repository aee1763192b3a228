export { placeValidators, seatsOf } from './placement.ts'
export { type Beacon, type BeaconFault, BeaconRound, commitmentOf, SECRET_BYTES } from './round.ts'
