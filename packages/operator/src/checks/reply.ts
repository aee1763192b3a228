/** What asking a service gave: plain data, judged elsewhere. */
export type ProbeReply =
  | { readonly kind: 'failed'; readonly code: FailureCode }
  | {
      readonly kind: 'http'
      readonly status: number
      readonly body: string
      readonly tookMs: number
    }
  | { readonly kind: 'connected' }
  | { readonly kind: 'process'; readonly running: boolean; readonly descriptorsPercent: number }
  | { readonly kind: 'disk'; readonly blocksPercent: number; readonly inodesPercent: number }
  | { readonly kind: 'clock'; readonly skewMs: number }
  | { readonly kind: 'certificate'; readonly validForMs: number }
  | { readonly kind: 'name'; readonly resolved: boolean }
  | {
      readonly kind: 'file'
      readonly found: boolean
      readonly sha256: string
      readonly parses: boolean
      readonly mode: number
    }

/** Why there was no answer. */
export type FailureCode = 'timeout' | 'refused' | 'reset' | 'unresolved' | 'oversized' | 'other'
