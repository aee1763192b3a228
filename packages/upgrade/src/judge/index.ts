export { ALARM_MILLI, cusum, worstTenth } from './cusum.ts'
export { type Complaint, Group, Judge } from './judge.ts'
export { isHigher, type Shift, shiftOf } from './mann-whitney.ts'
export { medianOf, SIGNALS, type Signal, scoreOf } from './signals.ts'
