/**
 * Service health, messages and what requires action: Microsoft Graph's names, as the server answers them.
 * The words come in the language of the page, so every key names it.
 */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { request } from './client';
import { queryString } from './odata';
import type { ODataList } from './types';

const ROOT = '/graph/v1.0/admin/serviceAnnouncement';
/** How often the hub looks whether anything is new. */
export const LIVE_MS = 15_000;
/** The seeds show this many messages at first. */
export const RECENT_MESSAGES = 10;

export interface HealthOverview {
  id: string;
  service: string;
  status: string;
}

export interface ItemBody {
  contentType: string;
  content: string;
}

export interface IssuePost {
  createdDateTime: string;
  postType: string;
  description: ItemBody;
}

export interface ServiceIssue {
  id: string;
  title: string;
  service: string;
  feature: string;
  featureGroup: string;
  classification: string;
  origin: string;
  status: string;
  impactDescription: string;
  isResolved: boolean;
  startDateTime: string;
  endDateTime: string | null;
  lastModifiedDateTime: string;
  details: { name: string; value: string }[];
  posts: IssuePost[];
  source?: string;
  sourceName?: string;
}

export interface ServiceMessage {
  id: string;
  title: string;
  body: ItemBody;
  category: string;
  severity: string;
  services: string[];
  tags: string[];
  isMajorChange: boolean;
  actionRequiredByDateTime: string | null;
  startDateTime: string;
  endDateTime: string | null;
  lastModifiedDateTime: string;
  viewPoint: { isRead: boolean; isArchived: boolean; isFavorited: boolean };
  isActive?: boolean;
  source?: string;
}

export interface ActionItem {
  id: string;
  kind: string;
  severity: string;
  title: string;
  advice: string;
  link: string;
  affectedCount: number;
  firstSeenDateTime: string;
}

export const SERVICE_HEALTH_KEY = ['serviceHealth'];
export const MESSAGES_KEY = ['serviceMessages'];

export function overviewsQuery(language: string) {
  return queryOptions({
    queryKey: [...SERVICE_HEALTH_KEY, 'overviews', language],
    refetchInterval: LIVE_MS,
    queryFn: ({ signal }) => request<ODataList<HealthOverview>>(`${ROOT}/healthOverviews`, { signal }),
  });
}

/** Open incidents and advisories; with `past`, also those that ended in the last 30 days. */
export function issuesQuery(language: string, past: boolean) {
  const filter = past ? undefined : 'isResolved eq false';
  const path = `${ROOT}/issues${queryString({ count: true, top: 200, filter, orderby: 'startDateTime desc' })}`;
  return queryOptions({
    queryKey: [...SERVICE_HEALTH_KEY, 'issues', language, past],
    refetchInterval: LIVE_MS,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => request<ODataList<ServiceIssue>>(path, { signal }),
  });
}

export function issueQuery(language: string, id: string) {
  return queryOptions({
    queryKey: [...SERVICE_HEALTH_KEY, 'issue', language, id],
    refetchInterval: LIVE_MS,
    queryFn: ({ signal }) => request<ServiceIssue>(`${ROOT}/issues/${encodeURIComponent(id)}`, { signal }),
  });
}

/** The ten most recent active messages, or all of them. */
export function messagesQuery(language: string, past: boolean) {
  const options = past ? { top: 200 } : { top: RECENT_MESSAGES, filter: 'isActive eq true' };
  const path = `${ROOT}/messages${queryString({ count: true, ...options, orderby: 'lastModifiedDateTime desc' })}`;
  return queryOptions({
    queryKey: [...MESSAGES_KEY, 'list', language, past],
    refetchInterval: LIVE_MS,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => request<ODataList<ServiceMessage>>(path, { signal }),
  });
}

export function messageQuery(language: string, id: string) {
  return queryOptions({
    queryKey: [...MESSAGES_KEY, 'one', language, id],
    queryFn: ({ signal }) =>
      request<ServiceMessage>(`${ROOT}/messages/${encodeURIComponent(id)}`, { signal }),
  });
}

export type Mark = 'markRead' | 'markUnread' | 'archive' | 'unarchive' | 'favorite' | 'unfavorite';

export function markAddress(mark: Mark): string {
  return `${ROOT}/messages/${mark}`;
}

/** What takes a right of its own on this page. */
export const HEALTH_UPDATE = 'Quarterdeck_ServiceHealth_Update';
export const MESSAGES_UPDATE = 'Quarterdeck_MessageCenter_Update';

const OPERATOR = '/api/serviceAnnouncement';
export const NEW_ISSUE = `${OPERATOR}/issues`;
export const NEW_MESSAGE = `${OPERATOR}/messages`;

export function issueAddress(id: string, action: 'posts' | 'resolve'): string {
  return `${NEW_ISSUE}/${encodeURIComponent(id)}/${action}`;
}

export function messageEndAddress(id: string): string {
  return `${NEW_MESSAGE}/${encodeURIComponent(id)}/end`;
}

/** What an issue may be while it is open, and what ends it. */
export const OPEN_STATUSES = [
  'reported',
  'investigating',
  'confirmed',
  'serviceDegradation',
  'serviceInterruption',
  'restoringService',
  'verifyingService',
  'extendedRecovery',
  'investigationSuspended',
];
export const END_STATUSES = [
  'serviceRestored',
  'resolved',
  'mitigated',
  'falsePositive',
  'postIncidentReviewPublished',
];
export const CLASSIFICATIONS = ['incident', 'advisory'];
export const CATEGORIES = ['preventOrFixIssue', 'planForChange', 'stayInformed'];
export const SEVERITIES = ['normal', 'high', 'critical'];

/** A connection to another service whose health and messages are imported. */
export interface AnnouncementSource {
  id: string;
  displayName: string;
  serviceUrl: string;
  tokenUrl: string;
  clientId: string;
  scope: string;
  isEnabled: boolean;
  isRunning: boolean;
  createdDateTime: string;
  lastAskedDateTime: string | null;
  lastSuccessDateTime: string | null;
  lastError: string | null;
}

export const SOURCES = `${OPERATOR}/sources`;
export const SOURCES_KEY = ['announcementSources'];

export function sourceAddress(id: string): string {
  return `${SOURCES}/${encodeURIComponent(id)}`;
}

/** Looked at often while one is being asked. */
export function sourcesQuery(language: string) {
  return queryOptions({
    queryKey: [...SOURCES_KEY, language],
    refetchInterval: (query: { state: { data: { value: AnnouncementSource[] } | undefined } }) =>
      query.state.data?.value.some((source) => source.isRunning) ? 2000 : LIVE_MS,
    queryFn: ({ signal }) => request<{ value: AnnouncementSource[] }>(SOURCES, { signal }),
  });
}

export function actionItemsQuery(language: string) {
  return queryOptions({
    queryKey: [...SERVICE_HEALTH_KEY, 'actionItems', language],
    refetchInterval: LIVE_MS,
    queryFn: ({ signal }) =>
      request<ODataList<ActionItem>>(
        `/api/tenantStatus/actionItems${queryString({ count: true, top: 100 })}`,
        {
          signal,
        },
      ),
  });
}
