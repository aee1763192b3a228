export {
  type Declared,
  mustReturn,
  newsFor,
  RETURN_REPEAT_MS,
  TIDINGS_MS,
  tidingOf,
  tidingRank
} from './tidings.ts'
