/**
 * Builds the OData query strings that this interface sends. Only the options it uses, nothing general.
 */

/** A text literal: a quote inside is doubled (OData ABNF, `string`). */
export function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** A `$search` phrase; a quote or backslash inside is escaped (OData 4.01 ABNF, `searchPhrase`). */
export function phrase(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

export interface ListOptions {
  top?: number | undefined;
  skip?: number | undefined;
  orderby?: string | undefined;
  filter?: string | undefined;
  search?: string | undefined;
  select?: string | undefined;
  apply?: string | undefined;
  count?: boolean | undefined;
  skiptoken?: string | undefined;
}

/** Joins the given options as `$name=value`, percent-encoded but with a readable `$`; empty ones are left out. */
export function queryString(options: ListOptions): string {
  const parts: string[] = [];
  const add = (name: string, value: string | number | undefined) => {
    if (value !== undefined && value !== '') parts.push(`$${name}=${encodeURIComponent(value)}`);
  };
  add('apply', options.apply);
  add('select', options.select);
  add('filter', options.filter);
  add('search', options.search ? phrase(options.search) : undefined);
  add('orderby', options.orderby);
  add('top', options.top);
  add('skip', options.skip || undefined);
  add('skiptoken', options.skiptoken);
  add('count', options.count ? 'true' : undefined);
  return parts.length > 0 ? `?${parts.join('&')}` : '';
}

/** `-lastSyncDateTime` in an address means descending; OData says `lastSyncDateTime desc`. */
export function orderby(sort: string): string {
  return sort.startsWith('-') ? `${sort.slice(1)} desc` : `${sort} asc`;
}

export function and(conditions: (string | undefined)[]): string | undefined {
  const given = conditions.filter((condition) => condition !== undefined);
  return given.length > 0 ? given.join(' and ') : undefined;
}

/** The `$skiptoken` in a next link, or undefined on the last page. */
export function skipTokenOf(nextLink: string | undefined): string | undefined {
  if (!nextLink) return undefined;
  return new URL(nextLink, 'http://relative').searchParams.get('$skiptoken') ?? undefined;
}
