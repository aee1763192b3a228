/** The release this code belongs to: its date stands for the code's where no repository tells one. */
export const RELEASE: { readonly version: string; readonly day: string } = {
  version: '0.1.0',
  day: '2026-11-21'
}
