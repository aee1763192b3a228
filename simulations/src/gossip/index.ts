export { broadcast } from './broadcast.ts'
export { OVERLAYS } from './overlay.ts'
export { CARRIERS } from './settings.ts'
