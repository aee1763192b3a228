import { type Checked, refused } from './codes.ts'
import type { Artefact, Manifest, TargetKind, Targets } from './types.ts'

/** What a node runs under a name, and where. */
export interface Running {
  readonly name: string
  readonly kind: TargetKind
  readonly platform: string
  /** 0 if nothing was ever installed through a release. */
  readonly version: number
  /** Hexadecimal digits. */
  readonly sha256: string
}

/** The one artefact that a node is to install, and the one that a rollback returns to. */
export interface Choice {
  readonly manifest: Manifest
  readonly artefact: Artefact
  /** `undefined` for a first release: nothing to go back to but what runs. */
  readonly previous: Artefact | undefined
}

/**
 * Picks what this node installs out of targets that were verified. Other platforms' artefacts are
 * not looked at: a mistake in them stops no node that doesn't run them.
 */
export function chooseArtefact(targets: Targets, running: Running, now: number): Checked<Choice> {
  const { name, kind, platform, version, sha256 } = running
  const manifest = targets.manifests.find(manifest => manifest.name === name)
  if (manifest === undefined) return refused('no-manifest', name)
  if (manifest.kind !== kind) return refused('wrong-kind', name)
  if (manifest.expiresMs <= now) return refused('expired', name)
  if (manifest.version <= version) return refused('not-newer', name)
  const artefact = forPlatform(manifest.artefacts, platform)
  if (artefact === undefined) return refused('wrong-platform', `${name} on ${platform}`)
  const { previous } = manifest
  if (previous === null) return { ok: true, value: { manifest, artefact, previous: undefined } }
  const before = forPlatform(previous.artefacts, platform)
  if (before?.sha256 !== sha256 || previous.version < version) {
    return refused('wrong-previous', name)
  }
  return { ok: true, value: { manifest, artefact, previous: before } }
}

/** What somebody measured of an artefact: its digest in hexadecimal digits and its length. */
export interface Measured {
  readonly sha256: string
  readonly sizeBytes: number
}

/**
 * Before a manifest is proposed: every artefact of every platform, those of the rollback too, was
 * fetched and is what the manifest says. A node later checks only its own.
 *
 * @param measure - what was fetched for an artefact; `undefined` if it couldn't be
 * @returns one refusal for each artefact that is wrong, by its platform; none if all are right
 */
export function checkProposal(
  manifest: Manifest,
  measure: (artefact: Artefact) => Measured | undefined
): Checked<never>[] {
  const all = [...manifest.artefacts, ...(manifest.previous?.artefacts ?? [])]
  return all.flatMap(artefact => {
    const at = `${manifest.name} for ${artefact.platform}`
    const found = measure(artefact)
    if (found === undefined) return [refused('missing-artefact', at)]
    const isImage = manifest.kind === 'container-image'
    const fits = isImage
      ? found.sizeBytes <= artefact.sizeBytes
      : found.sizeBytes === artefact.sizeBytes
    return fits && found.sha256 === artefact.sha256 ? [] : [refused('wrong-artefact', at)]
  })
}

function forPlatform(artefacts: readonly Artefact[], platform: string): Artefact | undefined {
  return artefacts.find(artefact => artefact.platform === platform || artefact.platform === 'any')
}
