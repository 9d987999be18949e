/**
 * Talks to the server: JSON in, JSON out, and one error type for both error forms the server uses
 * (problem+json under `/api`, the OData form under `/graph` and `/warehouse`).
 * Deliberately knows nothing about particular resources.
 */
import { takeStarted } from './started';

export interface Failure {
  status: number;
  code: string;
  detail: string;
  target?: string | undefined;
  /** Permissions that the caller lacks. */
  missing: string[];
  /** Where in `target` the mistake is, counted from 1. */
  position?: number | undefined;
}

export class ApiError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.detail || failure.code);
    this.name = 'ApiError';
    this.failure = failure;
  }
}

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  csrfToken?: string | undefined;
  signal?: AbortSignal | undefined;
}

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Counted from 1, as people do; the server's `innererror.position` counts from 0. */
function positionOf(inner: Json, message: string): number | undefined {
  const given = inner['position'];
  if (typeof given === 'number') return given + 1;
  const named = /\bposition (\d+)/i.exec(message);
  return named ? Number(named[1]) : undefined;
}

function missingIn(body: Json): string[] {
  const missing = body['missing'];
  return Array.isArray(missing) ? missing.filter((name) => typeof name === 'string') : [];
}

/** Reads an error body of either form; an unreadable body still gives a usable failure. */
export function failureOf(status: number, body: unknown): Failure {
  if (isObject(body) && isObject(body['error'])) {
    const error = body['error'];
    const detail = text(error['message']) ?? '';
    const given = error['innererror'] ?? error['innerError'];
    const inner = isObject(given) ? given : {};
    return {
      status,
      code: text(error['code']) ?? 'unknown',
      detail,
      target: text(error['target']),
      missing: missingIn(inner),
      position: positionOf(inner, detail),
    };
  }
  if (isObject(body)) {
    return {
      status,
      code: text(body['code']) ?? 'unknown',
      detail: text(body['detail']) ?? text(body['title']) ?? '',
      target: text(body['target']),
      missing: missingIn(body),
      position: typeof body['position'] === 'number' ? body['position'] + 1 : undefined,
    };
  }
  return { status, code: 'unknown', detail: '', missing: [] };
}

/** Sends a request to the own origin; throws {@link ApiError} for every answer that is not 2xx. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const headers = new Headers({ accept: 'application/json' });
  // What the server says in words (incidents, messages, advice) comes in the language of the page.
  if (document.documentElement.lang) headers.set('accept-language', document.documentElement.lang);
  if (options.csrfToken) headers.set('x-csrf-token', options.csrfToken);
  const init: RequestInit = { method: options.method ?? 'GET', headers, credentials: 'same-origin' };
  if (options.body !== undefined) {
    headers.set('content-type', 'application/json');
    init.body = JSON.stringify(options.body);
  }
  if (options.signal) init.signal = options.signal;

  const response = await send(path, init);
  const raw = await response.text();
  const body = parse(raw);
  if (!response.ok) throw new ApiError(failureOf(response.status, body));
  if (raw !== '' && body === undefined) {
    throw new ApiError({ status: response.status, code: 'not_json', detail: '', missing: [] });
  }
  return body as T;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await ((init.method === 'GET' && takeStarted(path)) || fetch(path, init));
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError({ status: 0, code: 'unreachable', detail: '', missing: [] });
  }
}

function parse(raw: string): unknown {
  if (raw === '') return undefined;
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.failure.status === status;
}
