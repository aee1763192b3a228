import type { Figure } from './figures/figure.ts'
import { prettyJson } from './json.ts'
import { counted } from './labels.ts'
import type { ManifestFile } from './manifest.ts'
import type { Survey } from './points.ts'
import { RELEASE } from './release.ts'

const VERSION_1_1 = 'https://w3id.org/ro/crate/1.1'

type Entity = Readonly<Record<string, unknown>>

const FILES: ReadonlyArray<readonly [id: string, name: string, format: string]> = [
  ['manifest.json', 'Sweep, code, data and audit hashes', 'application/json'],
  ['summary.parquet', 'One row a run', 'application/vnd.apache.parquet'],
  ['report.html', 'Report with figures and tables', 'text/html'],
  ['analysis.ipynb', 'Notebook over the runs', 'application/x-ipynb+json'],
  ['README.txt', 'What lies here and how to run it again', 'text/plain']
]

/**
 * RO-Crate 1.1 metadata; `datePublished` is the day of the code, or of its release where that isn't
 * known, so that equal runs stay equal.
 */
export function roCrate(
  manifest: ManifestFile,
  survey: Survey,
  figures: readonly Figure[]
): string {
  const { sweep, code, hash } = manifest
  const scenario = sweep.base.scenario
  const files = [
    ...FILES.map(([id, name, format]) => fileOf(id, name, format)),
    ...figures.flatMap(({ id, title, alt }) => [
      { ...fileOf(`figures/${id}.svg`, title, 'image/svg+xml'), description: alt },
      fileOf(`figures/${id}.vl.json`, `${title}, Vega-Lite`, 'application/json')
    ])
  ]
  const ids = [...files.map(file => ref(file['@id'])), ref('runs/')]
  const root: Entity = {
    '@id': './',
    '@type': 'Dataset',
    name: `Torusmesh simulation: ${scenario}`,
    description: `${counted(survey.runs.length, 'seeded run')} of the scenario ${scenario} at ${counted(survey.points.length, 'point')}; every run can be repeated and has an audit hash.`,
    identifier: hash,
    datePublished: code.date ?? RELEASE.day,
    license: ref('#license'),
    hasPart: ids,
    variableMeasured: survey.measures,
    mentions: ref('#sweep')
  }
  return prettyJson({
    '@context': `${VERSION_1_1}/context`,
    '@graph': [
      {
        '@id': 'ro-crate-metadata.json',
        '@type': 'CreativeWork',
        conformsTo: ref(VERSION_1_1),
        about: ref('./')
      },
      root,
      ...files,
      {
        '@id': 'runs/',
        '@type': 'Dataset',
        name: 'Runs in hive layout: summary and tables of each'
      },
      {
        '@id': '#license',
        '@type': 'CreativeWork',
        name: 'No licence chosen yet',
        description: 'Whoever publishes these results names their licence here.'
      },
      {
        '@id': '#torusmesh',
        '@type': 'SoftwareApplication',
        name: 'torusmesh',
        version: code.version,
        softwareVersion: code.commit ?? code.hash,
        softwareRequirements: `Node.js ${manifest.node}`
      },
      {
        '@id': '#sweep',
        '@type': 'CreateAction',
        name: `torusmesh sim sweep of ${scenario}`,
        instrument: ref('#torusmesh'),
        object: ref('manifest.json'),
        result: ids
      }
    ]
  })
}

function fileOf(id: string, name: string, format: string): Entity & { '@id': string } {
  return { '@id': id, '@type': 'File', name, encodingFormat: format }
}

function ref(id: string): Entity {
  return { '@id': id }
}
