import type { Mutation } from './mutation.ts'

/** Bugs that others shipped, and near relations of them. Each must be noticed. */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'finalizes a view it gave up',
    file: 'engine/rules.ts',
    find: 'said[Kind.nullify] === null && ',
    replace: ''
  },
  {
    name: 'gives up a view it finalized',
    file: 'engine/rules.ts',
    find: 'return said[Kind.finalize] === null',
    replace: 'return true'
  },
  {
    name: 'notarizes twice',
    file: 'engine/rules.ts',
    find: 'if (said[kind] !== null) return false',
    replace: 'if (said[kind] === digest) return false'
  },
  {
    name: 'finalizes what it did not notarize',
    file: 'engine/rules.ts',
    find: 'agrees(said[Kind.notarize]!, digest)',
    replace: 'true'
  },
  {
    name: 'takes half of the power for a quorum',
    file: 'certificate/epoch.ts',
    find: 'return 3 * power > 2 * this.totalPower',
    replace: 'return 2 * power > this.totalPower'
  },
  {
    name: 'counts heads for power',
    file: 'engine/certify.ts',
    find: 'state.epoch.powerAt(vote.validator)!',
    replace: '1'
  },
  {
    name: 'takes certificates without enough power',
    file: 'certificate/certificate.ts',
    find: 'if (!epoch.isQuorum(power))',
    replace: 'if (epoch.isQuorum(-1))'
  },
  {
    name: 'takes certificates without their signatures',
    file: 'certificate/certificate.ts',
    find: 'if (!verify(signers[at]!, statement, signatures[at]!))',
    replace: 'if (signers.length === 0)'
  },
  {
    name: 'counts votes without their signatures',
    file: 'engine/receive.ts',
    find: "if (!isSigned(state.epoch, vote, state.ports.verify)) return state.reject(from, 'bad-signature')\n  // Own",
    replace: '// Own'
  },
  {
    name: 'ignores views that a proposal skips',
    file: 'engine/header.ts',
    find: 'if (skipped.length !== view - parentView - 1)',
    replace: 'if (view < 0)'
  },
  {
    name: 'believes a proposal its parent',
    file: 'engine/header.ts',
    find: "if (!checked?.ok) return { ok: false, fault: 'bad-parent' }\n    certificates.push(checked.value)",
    replace: 'if (checked?.ok) certificates.push(checked.value)'
  },
  {
    name: 'believes that any block starts the epoch',
    file: 'engine/header.ts',
    find: "if (!isOrigin) return { ok: false, fault: 'bad-parent' }",
    replace: 'if (isOrigin) view satisfies number'
  },
  {
    name: 'votes for illegal items',
    file: 'engine/body.ts',
    find: 'if (execution === null) return null',
    replace:
      'if (execution === null) return { height: 1, stateRoot: floor.stateRoot, nextPlan: null }'
  },
  {
    name: 'forgets its votes in a crash',
    file: 'engine/recovery.ts',
    find: 'slot.said[kind] = digest\n',
    replace: '\n'
  },
  {
    name: 'forgets its proposals in a crash',
    file: 'engine/recovery.ts',
    find: 'slot.said[Kind.propose] = digest\n',
    replace: '\n'
  },
  {
    name: 'recovers from the last record only',
    file: 'engine/recovery.ts',
    find: 'for (const record of records) ',
    replace: 'for (const record of records.slice(-1)) '
  },
  {
    name: 'sends before the record is durable',
    file: 'engine/outbox.ts',
    find: 'if (release !== undefined) this.held.push({ sequence: this.sequence, release })',
    replace: 'release?.()'
  },
  {
    name: 'lets timers advance views',
    file: 'engine/say.ts',
    find: 'say(state, state.slot(Kind.nullify, state.view), Kind.nullify, NO_DIGEST)',
    replace:
      'say(state, state.slot(Kind.nullify, state.view), Kind.nullify, NO_DIGEST)\n  state.view++'
  },
  {
    name: 'stays where certificates lead on',
    file: 'engine/certify.ts',
    find: 'if (view >= state.view)',
    replace: 'if (view === state.view)'
  },
  {
    name: 'never falls silent',
    file: 'engine/engine.ts',
    find: 'return hasItems ||',
    replace: 'return true ||'
  },
  {
    name: 'sleeps while others are in its view',
    file: 'engine/engine.ts',
    find: ' || slots.get(view)?.isSeen === true',
    replace: ''
  },
  {
    name: 'sleeps on an undecided block',
    file: 'engine/engine.ts',
    find: ' || isUndecided(state)',
    replace: ''
  },
  {
    name: 'asks for a missing block only once',
    file: 'engine/engine.ts',
    find: 'if (phase !== null) seek(state)',
    replace: ''
  },
  {
    name: 'leaves those behind alone',
    file: 'engine/catch-up.ts',
    find: 'if (!claim) return',
    replace: 'if (claim) return\n  if (!claim) return'
  },
  {
    name: 'repeats nothing',
    file: 'engine/engine.ts',
    find: 'if (phase === Phase.repeat) repeat(state)',
    replace: ''
  },
  {
    name: 'finalizes whatever is certified',
    file: 'engine/certify.ts',
    find: 'return checkJustification(block.header, state.epoch, claim => check(state, claim)).ok',
    replace: 'return true'
  },
  {
    name: 'overlooks who finalizes what is not justified',
    file: 'evidence/blame.ts',
    find: 'if (kind !== Kind.notarize && kind !== Kind.finalize) return',
    replace: 'if (kind !== Kind.notarize) return'
  },
  {
    name: 'blames notarizing and finalizing one block',
    file: 'evidence/evidence.ts',
    find: 'kinds.has(Kind.notarize) && a.digest !== b.digest',
    replace: 'kinds.has(Kind.notarize)'
  },
  {
    name: 'blames the validators of other votes',
    file: 'evidence/evidence.ts',
    find: 'a.validator !== b.validator || ',
    replace: ''
  },
  {
    name: 'overlooks two notarizations',
    file: 'evidence/evidence.ts',
    find: 'return a.digest === b.digest ? null : ruleOfTwo(a.kind)',
    replace: 'return null'
  },
  {
    name: 'gives a block without items a height',
    file: 'engine/body.ts',
    find: 'return { height: null, stateRoot, nextPlan: null }',
    replace: 'return { height: floor.height + 1, stateRoot, nextPlan: null }'
  },
  {
    name: 'takes up votes of another epoch',
    file: 'engine/recovery.ts',
    find: 'if (epochId !== state.epoch.id) throw foreignRecord()\n  if (!isCeremony',
    replace: 'if (!isCeremony'
  },
  {
    name: 'makes room for a vote before it verifies it',
    file: 'engine/receive.ts',
    find: "if (!isSigned(state.epoch, vote, state.ports.verify)) return state.reject(from, 'bad-signature')\n  // Own",
    replace:
      'state.slot(kind, view)\n  if (!isSigned(state.epoch, vote, state.ports.verify)) return\n  // Own'
  },
  {
    name: 'believes a vote the set it is of',
    file: 'engine/receive.ts',
    find: "if (state.epoch.powerAt(validator) === undefined) return state.reject(from, 'not-member')",
    replace: ''
  },
  {
    name: 'refuses a parent that it left by another certificate',
    file: 'engine/receive.ts',
    find: 'for (const certificate of justified.value) learn(state, certificate)',
    replace: 'if (state.slots.get(header.parentView)?.exit !== undefined) return'
  },
  {
    name: 'stores what it decides without its finalization',
    file: 'engine/commit.ts',
    find: 'certificate: target,\n    ending',
    replace: 'certificate: null,\n    ending'
  },
  {
    name: 'goes on with a damaged store',
    file: 'engine/recovery.ts',
    find: ': badRecord(`a certificate has a',
    replace: ': new Error(`a certificate has a'
  },
  {
    name: 'signs stored votes again',
    file: 'engine/recovery.ts',
    find: 'slot.words.set(kind, { message, isDurable: true })\n',
    replace: '\n'
  },
  {
    name: 'throws on a contradiction',
    file: 'engine/certify.ts',
    find: 'if (rule === null) continue',
    replace: "if (rule !== null) throw new Error('contradiction')"
  },
  {
    name: 'answers whoever repeats, without end',
    file: 'engine/catch-up.ts',
    find: ' || !mayAnswer(state, validator)',
    replace: ''
  },
  {
    name: 'never lets timeouts grow',
    file: 'engine/pacemaker.ts',
    find: 'this.doublings + 1',
    replace: 'this.doublings'
  },
  {
    name: 'leaves those alone that are still in an epoch that is over',
    file: 'engine/catch-up.ts',
    find: '(view >= state.view && !isOver)',
    replace: 'view >= state.view'
  }
]
