/**
 * Every read of the server, as query options with stable keys. Writes stand beside the page that makes them.
 */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { isStatus, request } from './client';
import { and, literal, orderby, queryString, type ListOptions } from './odata';
import type {
  Application,
  AuditEvent,
  EnrollmentToken,
  Inventory,
  ManagedDevice,
  ODataList,
  Session,
  TenantDetails,
  User,
  Warehouse,
  WarehouseChart,
  WarehouseMove,
  WarehouseRetention,
  WhatsNew,
} from './types';

export const PAGE_SIZE = 50;

/** Null when nobody is signed in; any other failure is thrown. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  staleTime: 5 * 60_000,
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      return await request<Session>('/api/session', { signal });
    } catch (error) {
      if (isStatus(error, 401)) return null;
      throw error;
    }
  },
});

export const tenantDetailsQuery = queryOptions({
  queryKey: ['tenantStatus', 'details'],
  queryFn: ({ signal }) => request<TenantDetails>('/api/tenantStatus/details', { signal }),
});

export const whatsNewQuery = queryOptions({
  queryKey: ['whatsNew'],
  staleTime: Infinity,
  queryFn: ({ signal }) => request<WhatsNew>('/api/whatsNew', { signal }),
});

export interface DeviceListSearch {
  q?: string | undefined;
  sort: string;
  page: number;
  os?: string | undefined;
  compliance?: string | undefined;
  ownership?: string | undefined;
  kind?: string | undefined;
}

export function deviceFilter(search: DeviceListSearch): string | undefined {
  return and(
    [
      search.os && `operatingSystem eq ${literal(search.os)}`,
      search.compliance && `complianceState eq ${literal(search.compliance)}`,
      search.ownership && `managedDeviceOwnerType eq ${literal(search.ownership)}`,
      search.kind && `isSimulated eq ${search.kind === 'simulated'}`,
    ].map((condition) => condition || undefined),
  );
}

const DEVICE_LIST_COLUMNS = [
  'id',
  'deviceName',
  'operatingSystem',
  'osVersion',
  'complianceState',
  'managedDeviceOwnerType',
  'lastSyncDateTime',
  'enrolledDateTime',
  'userPrincipalName',
  'userDisplayName',
  'isSimulated',
].join(',');

function page<T>(path: string, options: ListOptions, signal: AbortSignal): Promise<ODataList<T>> {
  return request<ODataList<T>>(`${path}${queryString({ count: true, ...options })}`, { signal });
}

export function devicesQuery(search: DeviceListSearch) {
  const options: ListOptions = {
    top: PAGE_SIZE,
    skip: (search.page - 1) * PAGE_SIZE,
    orderby: orderby(search.sort),
    filter: deviceFilter(search),
    search: search.q,
    select: DEVICE_LIST_COLUMNS,
  };
  return queryOptions({
    queryKey: ['devices', options],
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
    queryFn: ({ signal }) =>
      page<ManagedDevice>('/graph/v1.0/deviceManagement/managedDevices', options, signal),
  });
}

export function deviceQuery(id: string) {
  return queryOptions({
    queryKey: ['device', id],
    refetchInterval: 60_000,
    queryFn: ({ signal }) =>
      request<ManagedDevice>(`/graph/v1.0/deviceManagement/managedDevices/${encodeURIComponent(id)}`, {
        signal,
      }),
  });
}

export function inventoryQuery(id: string) {
  return queryOptions({
    queryKey: ['device', id, 'inventory'],
    refetchInterval: 60_000,
    queryFn: ({ signal }) =>
      request<Inventory>(`/api/devices/${encodeURIComponent(id)}/inventory`, { signal }),
  });
}

export const enrollmentTokensQuery = queryOptions({
  queryKey: ['enrollmentTokens'],
  queryFn: ({ signal }) => request<{ value: EnrollmentToken[] }>('/api/enrollmentTokens', { signal }),
});

export function usersQuery(search: { q?: string | undefined; page: number; sort: string }) {
  const options: ListOptions = {
    top: PAGE_SIZE,
    skip: (search.page - 1) * PAGE_SIZE,
    orderby: orderby(search.sort),
    search: search.q,
  };
  return queryOptions({
    queryKey: ['users', options],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => page<User>('/graph/v1.0/users', options, signal),
  });
}

export const warehouseQuery = queryOptions({
  queryKey: ['warehouse'],
  queryFn: ({ signal }) => request<Warehouse>('/api/warehouse', { signal }),
});

export const retentionQuery = queryOptions({
  queryKey: ['warehouse', 'retention'],
  queryFn: ({ signal }) => request<WarehouseRetention>('/api/warehouse/retention', { signal }),
});

export const chartsQuery = queryOptions({
  queryKey: ['warehouse', 'charts'],
  staleTime: Infinity,
  queryFn: ({ signal }) => request<{ value: WarehouseChart[] }>('/api/warehouse/charts', { signal }),
});

export const movesQuery = queryOptions({
  queryKey: ['warehouse', 'moves'],
  queryFn: ({ signal }) => request<{ value: WarehouseMove[] }>('/api/warehouse/moves', { signal }),
});

/** Runs an address of the feed as the explorer shows it. */
export function feedQuery(path: string) {
  return queryOptions({
    queryKey: ['feed', path],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => request<ODataList<Record<string, unknown>>>(path, { signal }),
  });
}

export const applicationsQuery = queryOptions({
  queryKey: ['applications'],
  queryFn: ({ signal }) => request<{ value: Application[] }>('/api/applications', { signal }),
});

/** The newest events, or those before a `$skiptoken` that the server gave. */
export function auditEventsQuery(before: string | undefined) {
  const path = `/api/auditEvents${queryString({ top: PAGE_SIZE, skiptoken: before })}`;
  return queryOptions({
    queryKey: ['auditEvents', path],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => request<ODataList<AuditEvent>>(path, { signal }),
  });
}
