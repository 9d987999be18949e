/**
 * Alerts: one's own mail, the tenant's channels, and what was sent.
 */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { request } from './client';
import { literal, queryString } from './odata';
import { PAGE_SIZE } from './queries';
import type { ODataList } from './types';

export const TOPICS = ['connectorHealth', 'earlyWarning', 'incident', 'actionItem', 'message'] as const;
export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export const CHANNEL_KINDS = ['mail', 'webhook', 'slack', 'teams'] as const;
/** A person's preferences, and a mail channel, name at most this many addresses. */
export const ADDRESSES_MAX = 2;

export type Topic = (typeof TOPICS)[number];
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

export interface QuietHours {
  /** `22:00:00`, in the channel's time zone. */
  from: string;
  until: string;
  letsCriticalThrough: boolean;
}

export interface ChannelSettings {
  addresses: string[];
  topics: string[];
  minSeverity: string;
  language: string;
  pace: 'atOnce' | 'digest';
  digestAt: string;
  quietHours: QuietHours | null;
  timeZone: string;
  remindEveryHours: number | null;
  tellsResolved: boolean;
}

export interface Channel {
  id: string;
  kind: ChannelKind;
  displayName: string;
  isEnabled: boolean;
  host: string | null;
  settings: ChannelSettings;
  lastSentDateTime: string | null;
}

export interface NewChannel extends Channel {
  /** Shown once, for a webhook's receiver to check what comes. */
  signingSecret: string | null;
}

export interface Preferences {
  isEnabled: boolean;
  settings: ChannelSettings | null;
  availableTopics: Topic[];
  hasMailServer: boolean;
}

export interface Delivery {
  id: string;
  channelName: string;
  channelKind: string;
  state: string;
  isReminder: boolean;
  title: string;
  noticeCount: number;
  attempts: number;
  lastError: string | null;
  createdDateTime: string;
  dueDateTime: string;
  finishedDateTime: string | null;
}

export const PREFERENCES_PATH = '/api/notifications/preferences';
export const CHANNELS_PATH = '/api/notifications/channels';
export const CHANNELS_KEY = ['notifications', 'channels'];
export const DELIVERIES_KEY = ['notifications', 'deliveries'];

export const preferencesQuery = queryOptions({
  queryKey: ['notifications', 'preferences'],
  queryFn: ({ signal }) => request<Preferences>(PREFERENCES_PATH, { signal }),
});

export const channelsQuery = queryOptions({
  queryKey: CHANNELS_KEY,
  queryFn: ({ signal }) => request<{ value: Channel[]; hasMailServer: boolean }>(CHANNELS_PATH, { signal }),
});

export function deliveriesQuery(language: string, search: { page: number; state?: string | undefined }) {
  const options = {
    count: true,
    top: PAGE_SIZE,
    skip: (search.page - 1) * PAGE_SIZE,
    filter: search.state ? `state eq ${literal(search.state)}` : undefined,
  };
  return queryOptions({
    queryKey: [...DELIVERIES_KEY, language, options],
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
    queryFn: ({ signal }) =>
      request<ODataList<Delivery>>(`/api/notifications/deliveries${queryString(options)}`, { signal }),
  });
}

/** What a new channel starts with: everything, at once, in the reader's language and zone. */
export function freshSettings(language: string, topics: readonly string[]): ChannelSettings {
  return {
    addresses: [],
    topics: [...topics],
    minSeverity: 'info',
    language,
    pace: 'atOnce',
    digestAt: '07:00:00',
    quietHours: null,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC',
    remindEveryHours: null,
    tellsResolved: true,
  };
}
