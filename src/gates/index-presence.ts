import type { ServiceConfig } from "#src/config/service-config";
import { readCandidateBars, underBars } from "#src/gates/candidate-bars";
import { type EmbeddingData, readEmbeddingData } from "#src/gates/embedding-data";
import type { Gate, GateFinding, GateSubject } from "#src/gates/gate";
import {
  EXACT_MAX_CHUNKS,
  isSparse,
  isVectorIndex,
  type Probe,
  probeVector,
  sparseWithoutProof,
} from "#src/gates/index-probe";
import { dataInputs } from "#src/gates/recorded-run";
import { probeSparse } from "#src/gates/sparse-index";
import { type ColumnFacts, type IndexFacts, readColumns, readIndexes } from "#src/rag/catalog";
import type { StoreQuery } from "#src/rag/store";

type Wanted = ServiceConfig["retrieval"]["vector_index"];
/** What stands against a pass: `data` is mended by another ingestion, `index` by a database administrator. */
type Fault = {
  readonly about: "data" | "index";
  readonly sure: boolean;
  /** Which thing and which defect, for the evidence: no counts in it. */
  readonly kind: string;
  readonly text: string;
};

const EMBEDDING_TYPES = ["_float4", "_float8", "vector", "halfvec"];

const n = (value: number): string => value.toLocaleString("en-US");
const fault = (about: Fault["about"], kind: string, text: string): Fault => ({ about, sure: true, kind, text });

/**
 * The vector index that the configuration asks for exists, is valid, covers the embedding column, and is what the planner
 * takes; the sparse index over the whole search text likewise; every embedding is there, has the embedder's dimension, only
 * numbers, and not only zeros. `exact`: no vector index, allowed up to 50,000 chunks.
 */
export const indexPresence: Gate = {
  id: "index-presence",
  title: "Index presence",
  version: 3,
  timeoutMs: 180_000,
  thresholds: ({ retrieval }) => ({
    vector_index: retrieval.vector_index,
    embedding_dimension: retrieval.embedding_dimension,
    ...(retrieval.vector_index === "exact" ? { exact_max_chunks: EXACT_MAX_CHUNKS } : {}),
  }),
  check: async (subject, signal) => {
    const bars = await readCandidateBars(subject, ["embedding_dimension"], signal);
    return underBars(bars, await lookAt(subject, bars.retrieval, signal));
  },
};

async function lookAt(
  subject: GateSubject,
  { vector_index: wanted, embedding_dimension: dimension }: GateSubject["service"]["retrieval"],
  signal: AbortSignal,
): Promise<GateFinding> {
  const { store, candidate, service } = subject;
  const { chunks } = store.names;
  const { embedding: embeddingName, bm25_text: bm25Name } = service.rag_store.chunks;
  const asksFor = wanted === "exact" ? `exact search, ≤ ${n(EXACT_MAX_CHUNKS)} chunks` : `valid ${wanted} index in use`;
  const base = {
    bar: `${asksFor}; sparse index; dimension ${dimension}`,
    inputs: await dataInputs(subject, { chunks: service.rag_store.chunks, dimension }, signal),
  };
  const ask: StoreQuery = (sql, values) => store.query(sql, values, signal);

  const columns = await readColumns(ask, chunks.table);
  const embedding = columns?.get(embeddingName);
  if (embedding === undefined || !columns?.has(bm25Name) || !EMBEDDING_TYPES.includes(embedding.type)) {
    return { ...base, ...notMapped(chunks.table, columns, embeddingName, bm25Name) };
  }
  const data = await readEmbeddingData(store, candidate.run, dimension, embedding.type, signal);
  const indexes = await readIndexes(ask, chunks.table);
  const dense = wanted === "exact" ? null : bestVectorIndex(indexes, embeddingName, wanted);
  const sparse = indexes.filter((each) => each.valid && isSparse(each, bm25Name));
  const faults = [
    ...dataFaults(data, candidate.run, dimension),
    ...denseFaults(wanted, dense, indexes, embedding, data.total),
    ...(sparse.length === 0 ? [sparseFault(indexes, bm25Name)] : []),
  ];
  const probes: Probe[] = [];
  if (faults.length === 0) {
    const sized = { run: candidate.run, chunks: data.total };
    if (dense !== null) probes.push(await probeVector(store, chunks, sized, dense, signal));
    probes.push(await probeSparse(store, chunks, sized, { indexes: sparse, column: bm25Name }, signal));
    for (const { kind, index, text } of probes) {
      if (kind === "unused") faults.push(fault("index", `${index}:unused`, text));
      if (kind === "unknown") faults.push({ about: "index", sure: false, kind: `${index}:not-probed`, text });
    }
  }
  const verdict = faults.length === 0 ? "pass" : faults.some(({ sure }) => sure) ? "fail" : "inconclusive";
  const sparseName = probes.at(-1)?.index ?? sparse[0]?.name ?? null;
  const names = [
    dense?.name ?? (wanted === "exact" ? "exact search" : "no vector index"),
    sparseName ?? "no sparse index",
  ];
  return {
    ...base,
    verdict,
    summary: verdict === "pass" ? praise(data.total, dense, probes) : sentence(faults.map(({ text }) => text)),
    value:
      verdict === "pass"
        ? `${n(data.total)} embeddings, ${names.join(" + ")}`
        : `${faults.length} problem${faults.length === 1 ? "" : "s"}`,
    numbers: {
      chunks: data.total,
      without_embedding: data.missing,
      wrong_dimension: data.wrong,
      not_numbers: data.broken,
      all_zero: data.zero,
      column_type: embedding.formatted,
      vector_index: names[0] ?? null,
      sparse_index: sparseName,
      probes: probes.map((each) => each.text).join("; ") || null,
    },
    how: [data.sql, ...probes.map((each) => each.sql).filter((sql) => sql !== "")].join(";\n"),
    next: verdict === "pass" ? "" : nextStep(faults, wanted),
    findings: faults.map(({ kind }) => kind),
  };
}

function notMapped(
  table: string,
  columns: ReadonlyMap<string, ColumnFacts> | null,
  embedding: string,
  bm25: string,
): Omit<GateFinding, "bar" | "inputs"> {
  const type = columns?.get(embedding)?.formatted;
  const [kind, why] =
    columns === null
      ? ["chunks:no-table", `The chunk table ${table} does not exist in the RAG store.`]
      : type === undefined || !columns.has(bm25)
        ? [
            `${type === undefined ? "embedding" : "bm25_text"}:no-column`,
            `The chunk table ${table} has no column "${type === undefined ? embedding : bm25}".`,
          ]
        : [
            `embedding:type ${type}`,
            `The embedding column is of type ${type}, which Golive does not know as a vector.`,
          ];
  return {
    verdict: "fail",
    findings: [kind],
    summary: why,
    value: "not found",
    numbers: { table, column_type: type ?? null },
    how: "the columns of the chunk table in pg_attribute",
    next: "Correct rag_store.chunks in golive.yaml; embeddings are real[], or pgvector's vector or halfvec.",
  };
}

function dataFaults(data: EmbeddingData, run: string, dimension: number): Fault[] {
  const of = `of ${n(data.total)}`;
  return [
    ...(data.total === 0 ? [fault("data", "chunks:none", `the run ${run} has no chunks`)] : []),
    ...(data.missing > 0
      ? [fault("data", "embedding:missing", `${n(data.missing)} ${of} chunks have no embedding`)]
      : []),
    ...(data.wrong > 0
      ? [fault("data", "embedding:dimension", `${n(data.wrong)} ${of} embeddings do not have ${dimension} dimensions`)]
      : []),
    ...(data.broken > 0
      ? [fault("data", "embedding:not-numbers", `${n(data.broken)} ${of} embeddings hold NULL, NaN or infinity`)]
      : []),
    ...(data.zero > 0 ? [fault("data", "embedding:zero", `${n(data.zero)} ${of} embeddings are all zeros`)] : []),
  ];
}

function bestVectorIndex(indexes: readonly IndexFacts[], column: string, method: string): IndexFacts | null {
  const fitting = indexes.filter((each) => each.valid && each.method === method && isVectorIndex(each, column));
  // One over the whole table serves every run; whether a partial one serves this run is what the probe finds out.
  return fitting.find((each) => each.predicate === null) ?? fitting[0] ?? null;
}

function denseFaults(
  wanted: Wanted,
  dense: IndexFacts | null,
  indexes: readonly IndexFacts[],
  embedding: ColumnFacts,
  total: number,
): Fault[] {
  if (wanted === "exact") {
    if (total <= EXACT_MAX_CHUNKS) return [];
    const most = n(EXACT_MAX_CHUNKS);
    return [
      fault(
        "index",
        "vector-index:too-many-for-exact",
        `exact search over ${n(total)} chunks is too slow (at most ${most}): an hnsw or ivfflat index is needed`,
      ),
    ];
  }
  if (dense !== null) return [];
  const covering = indexes.filter((each) => isVectorIndex(each, embedding.name));
  const broken = covering.find((each) => each.method === wanted);
  if (broken !== undefined)
    return [
      fault("index", `${broken.name}:invalid`, `the index ${broken.name} is not valid: its build failed or still runs`),
    ];
  const other = covering[0];
  return [
    other === undefined
      ? fault(
          "index",
          "vector-index:missing",
          `no ${wanted} index covers the embedding column (${embedding.formatted})`,
        )
      : fault(
          "index",
          `${other.name}:${other.method}`,
          `golive.yaml asks for ${wanted}, but ${other.name} is ${other.method}`,
        ),
  ];
}

function sparseFault(indexes: readonly IndexFacts[], column: string): Fault {
  const broken = indexes.find((each) => isSparse(each, column));
  if (broken !== undefined)
    return fault("index", `${broken.name}:invalid`, `the sparse index ${broken.name} is not valid`);
  const unproven = sparseWithoutProof(indexes);
  if (unproven === null)
    return fault("index", "sparse-index:missing", `no sparse (GIN or BM25) index covers the column "${column}"`);
  const text = `nothing shows that the column under ${unproven.name} is made from "${column}" (it is not a generated column)`;
  return { about: "index", sure: false, kind: `${unproven.name}:not-proven`, text };
}

function sentence(texts: readonly string[]): string {
  const said = texts.join("; ");
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
}

function praise(total: number, dense: IndexFacts | null, probes: readonly Probe[]): string {
  const how =
    dense === null
      ? `Exact search without a vector index: fine for ${n(total)} chunks (up to ${n(EXACT_MAX_CHUNKS)})`
      : `${n(total)} embeddings under the ${dense.method} index ${dense.name}`;
  return sentence([`${how}, sparse index ${probes.at(-1)?.index}`, ...probes.map(({ text }) => text)]);
}

function nextStep(faults: readonly Fault[], wanted: Wanted): string {
  const using = wanted === "exact" ? "" : ` USING ${wanted}`;
  return faults.some(({ about }) => about === "data")
    ? "Ingest again with the embedder that golive.yaml names, and start a release with the new run."
    : `Create or rebuild the index (CREATE INDEX CONCURRENTLY …${using}), ANALYZE the chunk table, then rerun this check.`;
}
