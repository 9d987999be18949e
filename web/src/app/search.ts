/**
 * Reads the search part of an address. A value that makes no sense counts as not given: an old or
 * mistyped link opens the page instead of breaking it.
 */

export function optional(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

export function numberIn(value: unknown, least: number, most: number): number | undefined {
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
  return Number.isInteger(number) && number >= least && number <= most ? number : undefined;
}

/** The first page is not written into the address. */
export function pageIn(value: unknown): number | undefined {
  const page = numberIn(value, 1, 1_000_000);
  return page === 1 ? undefined : page;
}

/** `name` or `-name` of a known column; the first known column's order is not written into the address. */
export function sortIn(value: unknown, known: string[]): string | undefined {
  const text = optional(value);
  const name = text?.replace(/^-/, '');
  return text && name && known.includes(name) && text !== known[0] ? text : undefined;
}

/** Only a path of this site may be returned to: never another host. */
export function safeReturnTo(value: unknown): string {
  return typeof value === 'string' && /^\/(?![/\\])/.test(value) ? value : '/';
}

type Raw = Record<string, unknown>;

export interface SignInSearch {
  returnTo?: string;
  error?: string | undefined;
}

export function signInSearch(search: Raw): SignInSearch {
  return { returnTo: safeReturnTo(search['returnTo']), error: optional(search['error']) };
}

export const DEVICE_SORTS = [
  'deviceName',
  'operatingSystem',
  'osVersion',
  'complianceState',
  'managedDeviceOwnerType',
  'userPrincipalName',
  'lastSyncDateTime',
  'enrolledDateTime',
];

export interface DevicesSearch {
  q?: string | undefined;
  sort?: string | undefined;
  page?: number | undefined;
  os?: string | undefined;
  compliance?: string | undefined;
  ownership?: string | undefined;
  kind?: string | undefined;
}

export function devicesSearch(search: Raw): DevicesSearch {
  return {
    q: optional(search['q']),
    sort: sortIn(search['sort'], DEVICE_SORTS),
    page: pageIn(search['page']),
    os: optional(search['os']),
    compliance: optional(search['compliance']),
    ownership: optional(search['ownership']),
    kind: optional(search['kind']),
  };
}

export const DEVICE_TABS = ['overview', 'hardware', 'software', 'network'] as const;
export type DeviceTab = (typeof DEVICE_TABS)[number];

export interface DeviceSearch {
  q?: string | undefined;
  page?: number | undefined;
}

export function deviceSearch(search: Raw): DeviceSearch {
  return { q: optional(search['q']), page: pageIn(search['page']) };
}

export interface UsersSearch extends DeviceSearch {
  sort?: string | undefined;
}

export function usersSearch(search: Raw): UsersSearch {
  const sort = sortIn(search['sort'], ['displayName', 'userPrincipalName', 'mail', 'accountEnabled']);
  return { ...deviceSearch(search), sort };
}

export interface WarehouseSearch {
  q?: string | undefined;
  kind?: string | undefined;
}

export function warehouseSearch(search: Raw): WarehouseSearch {
  return { q: optional(search['q']), kind: optional(search['kind']) };
}

export interface ExplorerSearch {
  /** Not given: the first version that shows the table. */
  version?: 'v1.0' | 'beta' | 'extended' | undefined;
  select?: string | undefined;
  filter?: string | undefined;
  orderby?: string | undefined;
  /** The column to group by; with it the request counts or adds up instead of listing rows. */
  by?: string | undefined;
  measure?: string | undefined;
  /** The column that is added up. */
  of?: string | undefined;
  top?: number | undefined;
  page?: number | undefined;
}

export function explorerSearch(search: Raw): ExplorerSearch {
  const version = search['version'];
  return {
    version: version === 'v1.0' || version === 'beta' || version === 'extended' ? version : undefined,
    select: optional(search['select']),
    filter: optional(search['filter']),
    orderby: optional(search['orderby']),
    by: optional(search['by']),
    measure: optional(search['measure']),
    of: optional(search['of']),
    top: numberIn(search['top'], 1, 1000),
    page: pageIn(search['page']),
  };
}

export interface SqlSearch {
  sql?: string | undefined;
}

export function sqlSearch(search: Raw): SqlSearch {
  return { sql: optional(search['sql']) };
}

export interface AuditSearch {
  /** Show the events before this one; a number that the server gave. */
  before?: string | undefined;
}

export function auditSearch(search: Raw): AuditSearch {
  const before = optional(search['before']);
  return { before: before && /^\d+$/.test(before) ? before : undefined };
}

export interface ServiceHealthSearch {
  /** Incidents and advisories of the last 30 days, too. */
  past?: 'issues' | undefined;
  /** Messages that have ended or were archived, too. */
  messages?: 'past' | undefined;
}

export function serviceHealthSearch(search: Raw): ServiceHealthSearch {
  return {
    past: search['past'] === 'issues' ? 'issues' : undefined,
    messages: search['messages'] === 'past' ? 'past' : undefined,
  };
}

export const NOTIFICATION_TABS = ['mine', 'channels', 'deliveries'] as const;
export type NotificationTab = (typeof NOTIFICATION_TABS)[number];

export interface DeliveriesSearch {
  page?: number | undefined;
  state?: string | undefined;
}

export function deliveriesSearch(search: Raw): DeliveriesSearch {
  return { page: pageIn(search['page']), state: optional(search['state']) };
}
