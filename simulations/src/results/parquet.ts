import { createHash, type Hash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import {
  type AsyncBuffer,
  parquetMetadataAsync,
  parquetRead,
  type SchemaElement,
  snappyUncompress
} from 'hyparquet'
import { ByteWriter, type ColumnSource, ParquetWriter } from 'hyparquet-writer'
import type { Column, Table } from '../scenario/outcome.ts'
import { ResultsError } from './errors.ts'
import { MAX_COLUMNS, MAX_PAGE_BYTES, MAX_ROWS } from './limits.ts'
import type { ColumnType, TableFacts } from './run-record.ts'

/** So much of a table is in memory as Parquet at a time. */
const ROWS_PER_GROUP = 131_072
const CREATED_BY = 'torusmesh'

/** A column that may lack values. */
export interface NullableColumn {
  readonly type: 'INT64' | 'DOUBLE' | 'STRING' | 'BOOLEAN'
  readonly values: readonly (bigint | number | string | boolean | null)[]
}

/** Sends each row group to the file as it is done, and hashes what it sends. */
class FileWriter extends ByteWriter {
  readonly #file: number
  readonly #hash: Hash = createHash('sha256')

  constructor(file: number) {
    super(2 ** 20)
    this.#file = file
  }

  flush(): void {
    const bytes = this.getBytes()
    for (let from = 0; from < bytes.length; ) from += writeSync(this.#file, bytes, from)
    this.#hash.update(bytes)
    this.index = 0
  }

  override finish(): void {
    this.flush()
  }

  digest(): string {
    return this.#hash.digest('hex')
  }
}

/**
 * Writes a table as Parquet: the same bytes for the same table. Integers are stored as differences,
 * floats by byte planes, words as a dictionary, all under Snappy.
 *
 * @returns facts to keep; the file is on the disk.
 */
export function writeTable(path: string, table: Table): TableFacts {
  const columns = Object.entries(table)
  const rows = columns[0]?.[1].length ?? 0
  if (columns.length === 0 || columns.length > MAX_COLUMNS || rows > MAX_ROWS) {
    throw new ResultsError(
      'too-large',
      `${path}: a table has 1 to ${MAX_COLUMNS} columns and up to ${MAX_ROWS} rows; record less`
    )
  }
  const schema = columns.map(([name, column]) => ({ ...elementOf(column), name }))
  const sources = columns.map(([name, data]) => ({ name, ...sourceOf(data) }))
  const sha256 = write(path, schema, sources)
  const types = columns.map(([name, column]) => [name, typeOf(column)] as const)
  return { rows, columns: Object.fromEntries(types), sha256 }
}

/** Writes columns that may lack values, such as measures that a run didn't take. */
export function writeNullable(
  path: string,
  columns: Readonly<Record<string, NullableColumn>>
): void {
  const schema = Object.entries(columns).map(([name, { type }]): SchemaElement => {
    const text = type === 'STRING'
    return {
      name,
      type: text ? 'BYTE_ARRAY' : type,
      repetition_type: 'OPTIONAL',
      ...(text ? { converted_type: 'UTF8' } : {})
    }
  })
  const sources = Object.entries(columns).map(([name, { values }]) => ({ name, data: [...values] }))
  write(path, schema, sources)
}

function write(path: string, columns: readonly SchemaElement[], data: ColumnSource[]): string {
  const file = openSync(path, 'w')
  try {
    const writer = new FileWriter(file)
    const schema = [{ name: 'root', num_children: columns.length }, ...columns]
    const parquet = new ParquetWriter({ writer, schema, createdBy: CREATED_BY })
    void parquet.write({ columnData: data, rowGroupSize: ROWS_PER_GROUP })
    void parquet.finish()
    fsyncSync(file)
    return writer.digest()
  } finally {
    closeSync(file)
  }
}

function typeOf(column: Column): ColumnType {
  if (column instanceof Int32Array) return 'int32'
  return column instanceof Float64Array ? 'double' : 'string'
}

function elementOf(column: Column): Omit<SchemaElement, 'name'> {
  if (column instanceof Int32Array) return { type: 'INT32', repetition_type: 'REQUIRED' }
  if (column instanceof Float64Array) return { type: 'DOUBLE', repetition_type: 'REQUIRED' }
  return { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' }
}

function sourceOf(column: Column): Omit<ColumnSource, 'name'> {
  if (column instanceof Int32Array) return { data: column, encoding: 'DELTA_BINARY_PACKED' }
  if (column instanceof Float64Array) return { data: column, encoding: 'BYTE_STREAM_SPLIT' }
  return { data: [...column] }
}

/** The numbers of one column. The file is untrusted: `rows` is what it must have. */
export async function readNumbers(path: string, name: string, rows: number): Promise<Float64Array> {
  const handle = await open(path)
  try {
    const file = await bufferOf(handle)
    const metadata = await parquetMetadataAsync(file)
    const numbers = new Float64Array(rows)
    if (metadata.num_rows !== BigInt(rows)) throw new Error(`${metadata.num_rows} rows`)
    let seen = 0
    await parquetRead({
      file,
      metadata,
      columns: [name],
      compressors: { SNAPPY: uncompress },
      onChunk: ({ columnData, rowStart }) => {
        if (rowStart + columnData.length > rows) throw new Error('more rows than it says')
        for (let i = 0; i < columnData.length; i++) numbers[rowStart + i] = Number(columnData[i])
        seen += columnData.length
      }
    })
    if (seen !== rows) throw new Error(`${seen} rows`)
    return numbers
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ResultsError('damaged-results', `${path} does not hold ${name}: ${why}`)
  } finally {
    await handle.close()
  }
}

function uncompress(input: Uint8Array, sizeBytes: number): Uint8Array {
  if (sizeBytes > MAX_PAGE_BYTES) throw new Error(`a page of ${sizeBytes} bytes`)
  const output = new Uint8Array(sizeBytes)
  snappyUncompress(input, output)
  return output
}

async function bufferOf(handle: FileHandle): Promise<AsyncBuffer> {
  const { size } = await handle.stat()
  return {
    byteLength: size,
    async slice(start, end = size) {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start))
      await handle.read(bytes, 0, bytes.length, start)
      return bytes.buffer
    }
  }
}
