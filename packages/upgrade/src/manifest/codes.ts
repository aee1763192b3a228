/** Every reason to refuse a release or a part of it, with the next step. */
export const RELEASE_REFUSALS = {
  'too-large':
    'the file is longer than its kind or its pointer allows; fetch it from another mirror',
  malformed: 'the file has a field that is missing, unknown or out of bounds; make it anew',
  'not-canonical':
    'the bytes are not the ones that were signed; fetch the file from another mirror',
  'wrong-role': 'the file is another role’s; hand each role its own file',
  'below-threshold': 'too few keys of the role signed; collect the missing signatures',
  'root-gap': 'root versions must follow one another; fetch the versions between',
  'too-many-roots': 'too many root versions at once; hand them in parts',
  expired: 'the file is out of date; fetch a newer one, and check the clock if there is none',
  rollback: 'an older version than the one trusted; fetch from another mirror',
  equivocation: 'two files of one version differ; ask the release’s keyholders which one is theirs',
  mismatch: 'the file is not the one that the role above names; fetch both from one mirror',
  'no-manifest': 'the release has nothing of this name; check the name of the service',
  'wrong-kind': 'the release offers another kind of artefact under this name; ask its publisher',
  'wrong-platform': 'the release has no artefact for this platform; ask its publisher for one',
  'not-newer': 'the version is not above the one that runs; there is nothing to upgrade',
  'wrong-previous':
    'what runs is not what the release replaces; upgrade through the version between',
  'wrong-artefact': 'an artefact’s bytes are not the ones in the manifest; publish the right ones',
  'missing-artefact': 'a platform’s artefact can’t be had; publish it before proposing'
} as const

export type ReleaseRefusal = keyof typeof RELEASE_REFUSALS

/** What a check came to: a value, or a stable code with one line that says where and what next. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: ReleaseRefusal; readonly message: string }

export function refused(code: ReleaseRefusal, at: string): Checked<never> {
  return { ok: false, code, message: `${at}: ${RELEASE_REFUSALS[code]}` }
}

/** A mistake of whoever makes a release, not of whoever reads one. */
export class ReleaseError extends Error {
  readonly code: ReleaseRefusal

  constructor(code: ReleaseRefusal, message: string) {
    super(message)
    this.name = 'ReleaseError'
    this.code = code
  }
}
