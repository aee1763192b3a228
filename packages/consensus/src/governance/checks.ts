/** Ids and names: short, and in the same order as text and as bytes. */
const NAME = /^[0-9A-Za-z._-]{1,64}$/
const DIGEST = /^[0-9a-f]{64}$/

export const isName = (text: string): boolean => NAME.test(text)
export const isDigest = (text: string): boolean => DIGEST.test(text)
export const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

/** Whether `text` says something and no more than `maxChars`. */
export const isText = (text: string, maxChars: number): boolean =>
  text.trim().length > 0 && text.length <= maxChars
