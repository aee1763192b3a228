export { addScaled, attend, normalise } from './layers'
export { gemm, gemv } from './products'
export { adam, outer, pack, transpose } from './training'
