/**
 * Connectors: the list, a type's page, one instance with its history, and what may be done with it.
 */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { request } from './client';
import { LIVE_MS } from './serviceHealth';

export type Health = 'unhealthy' | 'warning' | 'healthy' | 'notEnabled';
export type ConnectorKind = 'expiry' | 'sync' | 'heartbeat';
export type CredentialKind =
  | 'applePush'
  | 'appleLocationToken'
  | 'appleEnrolmentToken'
  | 'certificate'
  | 'certificateWithKey'
  | 'serviceAccount'
  | 'clientSecret';
export type SyncKind =
  'heartbeat' | 'tlsProbe' | 'httpsProbe' | 'appleVpp' | 'appleDep' | 'graphImport' | 'scim';

export interface ConnectorStatus {
  health: Health;
  reason: string;
  /** The instant that the rule looks at. */
  timestamp: string | null;
  thresholdSeconds: number | null;
  /** When the health changes by itself. */
  changesAt: string | null;
}

export interface ConnectorSummary {
  type: string;
  label: string;
  kind: ConnectorKind;
  madeBy: 'administrator' | 'quarterdeck';
  isRetired: boolean;
  status: ConnectorStatus;
  instanceCount: number;
  enabledCount: number;
  instanceId: string | null;
  instanceName: string | null;
  mayWrite: boolean;
}

export interface ConnectorList {
  asOf: string;
  sequence: number;
  unhealthyCount: number;
  warningCount: number;
  changesAt: string | null;
  value: ConnectorSummary[];
}

export interface HealthChange {
  instanceId: string;
  instanceName: string;
  type: string;
  at: string;
  healthBefore: Health | null;
  health: Health;
  reason: string;
}

export interface ConnectorInstance {
  id: string;
  type: string;
  displayName: string;
  status: ConnectorStatus;
  isEnabled: boolean;
  owner: string | null;
  howToRenew: string | null;
  settings: Record<string, unknown>;
  credential: {
    state: 'none' | 'readable' | 'unreadable';
    facts: Record<string, unknown>;
    validFromDateTime: string | null;
    expirationDateTime: string | null;
    uploadedDateTime: string | null;
  };
  sync: {
    kind: SyncKind | null;
    everySeconds: number | null;
    lastSuccessDateTime: string | null;
    lastAttemptDateTime: string | null;
    lastError: string | null;
    nextExpectedDateTime: string | null;
    nextRunDateTime: string | null;
    isRunning: boolean;
    hasHeartbeatToken: boolean;
  };
  createdDateTime: string;
  lastModifiedDateTime: string;
}

export interface ConnectorPage extends ConnectorSummary {
  asOf: string;
  pageTitle: string;
  drivenBy: string;
  graphSource: string | null;
  credentialKind: CredentialKind | null;
  syncKinds: SyncKind[];
  writePermission: string;
  earlyWarningDays: number[];
  instances: ConnectorInstance[];
  timeline: HealthChange[];
}

export interface SyncRun {
  id: string;
  requestedBy: string;
  startedDateTime: string;
  finishedDateTime: string | null;
  outcome: 'running' | 'succeeded' | 'failed';
  message: string;
  counts: Record<string, unknown> | null;
}

export interface InstancePage extends ConnectorInstance {
  timeline: HealthChange[];
  runs: SyncRun[];
  brought: Brought[];
  mayWrite: boolean;
}

/** One kind of what a synchronisation brought; `list` is a path of ours. */
export interface Brought {
  kind: 'autopilotIdentities' | 'appleDevices' | 'apps' | 'books';
  count: number;
  list: string;
}

/** One of them: each kind has some of these. */
export interface BroughtThing {
  id: string;
  serialNumber?: string;
  model?: string | null;
  userPrincipalName?: string | null;
  groupTag?: string | null;
  assetTag?: string | null;
  adamId?: string;
  appStoreUrl?: string;
  usedLicenseCount?: number;
  totalLicenseCount?: number | null;
}

/** Something that expires, of any type. */
export interface Expiring {
  type: string;
  instanceId: string;
  displayName: string;
  owner: string | null;
  howToRenew: string | null;
  expiresAt: string;
  health: Health;
}

export interface PublicPart {
  pem: string;
  fileName: string;
}

export const CONNECTORS = '/api/tenantStatus/connectors';
export const CONNECTORS_KEY = ['connectors'];

/** Tells by server-sent events that something changed. */
export const CHANGES = '/api/tenantStatus/changes';

export function typePath(type: string): string {
  return `${CONNECTORS}/${encodeURIComponent(type)}`;
}

export function instancePath(type: string, id: string, action = ''): string {
  return `${typePath(type)}/instances/${encodeURIComponent(id)}${action && `/${action}`}`;
}

export function connectorsQuery(language: string) {
  return queryOptions({
    queryKey: [...CONNECTORS_KEY, 'list', language],
    refetchInterval: LIVE_MS,
    queryFn: ({ signal }) => request<ConnectorList>(`${CONNECTORS}?lang=${language}`, { signal }),
  });
}

export function connectorQuery(language: string, type: string) {
  return queryOptions({
    queryKey: [...CONNECTORS_KEY, 'type', language, type],
    refetchInterval: (query: { state: { data: ConnectorPage | undefined } }) =>
      query.state.data?.instances.some(({ sync }) => sync.isRunning) ? 2000 : LIVE_MS,
    queryFn: ({ signal }) => request<ConnectorPage>(`${typePath(type)}?lang=${language}`, { signal }),
  });
}

/**
 * One instance with its history. It is asked anew when the type's page tells something new of it, so that one that
 * was deleted is never asked for again.
 */
export function instanceQuery(
  language: string,
  type: string,
  { id, status, sync, lastModifiedDateTime }: ConnectorInstance,
) {
  const stamp = [lastModifiedDateTime, status.health, sync.lastAttemptDateTime, sync.isRunning];
  return queryOptions({
    queryKey: ['connectorInstances', language, type, id, ...stamp],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => request<InstancePage>(instancePath(type, id), { signal }),
  });
}

/** The first hundred of what a synchronisation brought. */
export function broughtQuery(list: string) {
  const path = `${list}${list.includes('?') ? '&' : '?'}$top=100`;
  return queryOptions({
    queryKey: ['connectorBrought', path],
    queryFn: ({ signal }) => request<{ value: BroughtThing[] }>(path, { signal }),
  });
}

/** Everything that expires, soonest first. */
export const expiringQuery = queryOptions({
  queryKey: [...CONNECTORS_KEY, 'expiring'],
  refetchInterval: 60_000,
  queryFn: ({ signal }) => request<{ value: Expiring[] }>('/api/tenantStatus/expiring', { signal }),
});

export interface ExpiryFeed {
  id: string;
  description: string;
  createdDateTime: string;
  isRevoked: boolean;
}

/** Both hold the feed's key: shown once. */
export interface NewExpiryFeed {
  id: string;
  rssAddress: string;
  calendarAddress: string;
}

export const FEEDS = '/api/tenantStatus/feeds';
export const FEEDS_KEY = ['expiryFeeds'];

export const feedsQuery = queryOptions({
  queryKey: FEEDS_KEY,
  queryFn: ({ signal }) => request<{ value: ExpiryFeed[] }>(FEEDS, { signal }),
});
