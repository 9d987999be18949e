/**
 * The address of the feed that the explorer shows and runs: the same text, so that what is seen is what is asked.
 */
import { queryString } from '../../api/odata';
import type { WarehouseTable } from '../../api/types';
import type { ExplorerSearch } from '../../app/search';

export const DEFAULT_TOP = 50;
/** What a grouped request calls its number. */
export const AMOUNT = 'amount';

export const MEASURES = ['count', 'countdistinct', 'sum', 'average', 'min', 'max'] as const;
export type Measure = (typeof MEASURES)[number];

export const VERSIONS = ['v1.0', 'beta', 'extended'] as const;

/** The version to ask: the one that was chosen, else the first that shows the table. */
export function versionOf(table: WarehouseTable, chosen: string | undefined): string {
  return chosen ?? table.versions?.[0] ?? VERSIONS[0];
}

/** The columns that a version shows. */
export function columnsOf(table: WarehouseTable, version: string): string[] {
  return table.columnsByVersion?.[version] ?? table.columns.map((column) => column.name);
}

export function feedPath(table: WarehouseTable, search: ExplorerSearch): string {
  const top = search.top ?? DEFAULT_TOP;
  const skip = ((search.page ?? 1) - 1) * top;
  const options = search.by
    ? queryString({ apply: applyOf(search), orderby: search.orderby ?? `${AMOUNT} desc`, top, skip })
    : queryString({ select: search.select, filter: search.filter, orderby: search.orderby, top, skip });
  return `/warehouse/${versionOf(table, search.version)}/${encodeURIComponent(table.name)}${options}`;
}

/** `$filter` would be asked of the groups, so the condition on the rows goes before the grouping. */
export function applyOf({ filter, by, measure, of }: ExplorerSearch): string {
  const counts = (measure ?? 'count') === 'count' || !of;
  const amount = counts ? `$count as ${AMOUNT}` : `${of} with ${measure} as ${AMOUNT}`;
  const grouped = `groupby((${by}),aggregate(${amount}))`;
  return filter ? `filter(${filter})/${grouped}` : grouped;
}

/** The same rows as a file of another format. */
export function downloadPath(path: string, format: 'csv' | 'parquet' | 'arrow' | 'ndjson'): string {
  return `${path}${path.includes('?') ? '&' : '?'}$format=${format}`;
}

/** The same address as a person reads it: spaces and quotes plain. */
export function readable(path: string): string {
  return decodeURIComponent(path);
}

/** Columns in the table's own order; all of them means no `$select` at all. */
export function selectOf(chosen: ReadonlySet<string>, all: string[]): string | undefined {
  const names = all.filter((name) => chosen.has(name));
  return names.length === 0 || names.length === all.length ? undefined : names.join(',');
}

/** Splits the text at the place of an error (counted from 1), for marking it. */
export function splitAt(text: string, position: number): { before: string; mark: string; after: string } {
  const at = Math.min(Math.max(0, position - 1), text.length);
  return { before: text.slice(0, at), mark: text.slice(at, at + 1) || ' ', after: text.slice(at + 1) };
}
