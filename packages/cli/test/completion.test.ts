import assert from 'node:assert/strict'
import { run } from './support/run.ts'

describe('completion', () => {
  it('lists the words that may follow each command in bash', async () => {
    const { out } = await run('completion bash')
    assert.match(out, /^ {4}'ledger'\) words='verify show tail prove key --help' ;;$/m)
    assert.match(out, /^ {4}'ledger verify'\) words='--json --home --help' ;;$/m)
    assert.match(out, /^ {4}'up'\) words='--json --home .*--api-port .*--help' ;;$/m)
    assert.match(out, /^complete -o default -F _torusmesh torusmesh$/m)
  })

  it('is the same script for zsh, after a bridge', async () => {
    const [bash, zsh] = [await run('completion bash'), await run('completion zsh')]
    assert.equal(zsh.out, `autoload -U +X bashcompinit && bashcompinit\n${bash.out}`)
  })

  it('describes commands and options in fish', async () => {
    const { out } = await run('completion fish')
    const inLedger =
      '__fish_seen_subcommand_from ledger; and not __fish_seen_subcommand_from verify show tail prove key'
    assert.ok(out.includes(`complete -c torusmesh -n '${inLedger}' -f -a tail -d `))
    assert.ok(out.includes("-n '__fish_seen_subcommand_from peers' -l all -d "))
    assert.ok(out.includes("the node\\'s folder"))
  })

  it('refuses other shells', async () => {
    const { code, err } = await run('completion tcsh')
    assert.equal(code, 2)
    assert.match(err, /Allowed choices are bash, zsh, fish/)
  })
})
