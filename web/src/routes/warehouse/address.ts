/**
 * The address of the feed that the explorer shows and runs: the same text, so that what is seen is what is asked.
 */
import { queryString } from '../../api/odata';
import type { ExplorerSearch } from '../../app/search';

export const DEFAULT_TOP = 50;

export function feedPath(collection: string, search: ExplorerSearch): string {
  const top = search.top ?? DEFAULT_TOP;
  const options = queryString({
    select: search.select,
    filter: search.filter,
    top,
    skip: ((search.page ?? 1) - 1) * top,
  });
  return `/warehouse/${search.version ?? 'v1.0'}/${encodeURIComponent(collection)}${options}`;
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
