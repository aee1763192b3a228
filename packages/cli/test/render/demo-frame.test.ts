import assert from 'node:assert/strict'
import { type DemoFrame, demoLines } from '../../src/render/demo-frame.ts'
import { styleOf } from '../../src/render/style.ts'
import { FakeIo } from '../support/fake-io.ts'
import { hostRows } from '../support/fake-node.ts'

const io = new FakeIo()
const plain = styleOf(io, io.stdout)

function frame(changes: Partial<DemoFrame>): DemoFrame {
  return {
    rows: hostRows(8, 2),
    apiUrl: 'http://127.0.0.1:41234',
    homes: 'Any host: --home /tmp/mesh/host-0',
    sides: [2, 2, 2],
    elapsedMs: 12_000,
    doing: '',
    notices: [],
    hint: 'Ctrl-C stops; press k to kill a host',
    ...changes
  }
}

describe('demo picture', () => {
  it('shows a row for each of a few hosts', () => {
    const rows = hostRows(8, 2)
    rows[3]!.state = 'killed'
    rows[4]!.state = 'doubting'
    rows[0]!.knowsDown = 1
    const notices = ['8 s: host-3 was killed']
    const killing = frame({ rows, notices, doing: 'killing hosts 0/1' })
    const lines = demoLines(killing, { columns: 80, rows: 40 }, plain)
    assert.deepEqual(lines, [
      '8 hosts, torus 2×2×2, 12 s, killing hosts 0/1',
      '',
      'host    cell   peer     state            links  in/out  rejected  lost  ledger  root',
      'host-0  0,0,0  …000000  ● up               3/3    12/4         0     1      40  9f86d081884c',
      'host-1  0,0,1  …000001  ● up               3/3    13/4         0     0      41  9f86d081884c',
      'host-2  0,1,0  …000002  ● up               3/3    14/4         0     0      42  9f86d081884c',
      'host-3  0,1,1  …000003  × killed           3/3    15/4         0     0      43  9f86d081884c',
      'host-4  1,0,0  …000004  ◐ doubts itself    3/3    16/4         0     0      44  9f86d081884c',
      'host-5  1,0,1  …000005  ● up               3/3    17/4         0     0      45  9f86d081884c',
      'host-6  1,1,0  …000006  ● up               3/3    18/4         0     0      46  9f86d081884c',
      'host-7  1,1,1  …000007  ● up               3/3    19/4         0     0      47  9f86d081884c',
      '',
      '7 of 8 hosts up, 21 link ends (21 wanted), 348 ledger events',
      'reports: 124 in, 32 out, 0 rejected',
      '8 s: host-3 was killed',
      'HTTP status API: http://127.0.0.1:41234',
      'Any host: --home /tmp/mesh/host-0',
      'Ctrl-C stops; press k to kill a host'
    ])
  })

  it('shows many hosts as a map, with those in trouble in the rows', () => {
    const rows = hostRows(27, 3)
    rows[13]!.state = 'killed'
    rows[26]!.linksUp = 2
    const lines = demoLines(frame({ rows, sides: [3, 3, 3] }), { columns: 80, rows: 40 }, plain)
    assert.deepEqual(lines, [
      '27 hosts, torus 3×3×3, 12 s',
      'z0   z1   z2',
      '●●●  ●●●  ●●●',
      '●●●  ●×●  ●●●',
      '●●●  ●●●  ●●◐',
      '● up   ◐ unwell   × down   · empty',
      '',
      'host     cell   peer     state     links  in/out  rejected  lost  ledger  root',
      'host-13  1,1,1  …000013  × killed    3/3    25/4         0     0      53  9f86d081884c',
      'host-26  2,2,2  …000026  ● up        2/3    38/4         0     0      66  9f86d081884c',
      'host-00  0,0,0  …000000  ● up        3/3    12/4         0     0      40  9f86d081884c',
      'host-01  0,0,1  …000001  ● up        3/3    13/4         0     0      41  9f86d081884c',
      'host-02  0,0,2  …000002  ● up        3/3    14/4         0     0      42  9f86d081884c',
      'host-03  0,1,0  …000003  ● up        3/3    15/4         0     0      43  9f86d081884c',
      '',
      '26 of 27 hosts up, 77 link ends (78 wanted), 1,431 ledger events',
      'reports: 675 in, 108 out, 0 rejected',
      'HTTP status API: http://127.0.0.1:41234',
      'Any host: --home /tmp/mesh/host-0',
      'Ctrl-C stops; press k to kill a host'
    ])
  })

  it('fits 512 hosts on a terminal of 80×24', () => {
    const rows = hostRows(512, 8)
    const lines = demoLines(frame({ rows, sides: [8, 8, 8] }), { columns: 80, rows: 24 }, plain)
    assert.ok(lines.length <= 23, `${lines.length} lines`)
    assert.equal(
      lines[1],
      'z0        z1        z2        z3        z4        z5        z6        z7'
    )
    assert.ok(lines.includes('Ctrl-C stops; press k to kill a host'))
  })
})
