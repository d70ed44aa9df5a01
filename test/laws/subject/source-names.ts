/** What `paralens/online` and `paralens/node` export that makes a source. */
export const sourceNames = [
  'arrow',
  'csv',
  'directory',
  'iterableSource',
  'jetStream',
  'lineStream',
  'ndjson',
  'observableSource',
  'parquet',
  'sse',
  'standardInput',
  'webSocket',
] as const;
