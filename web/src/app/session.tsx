/**
 * Who is signed in, for everything below the signed-in layout.
 */
import { useMutation, useQueryClient, useSuspenseQuery, type QueryKey } from '@tanstack/react-query';
import { request, type RequestOptions } from '../api/client';
import { sessionQuery } from '../api/queries';
import type { Session } from '../api/types';

/** The session; call it only below the layout route, which redirects when there is none. */
export function useSession(): Session {
  const { data } = useSuspenseQuery(sessionQuery);
  if (!data) throw new Error('useSession was called without a signed-in user');
  return data;
}

export function signInAddress(returnTo: string): string {
  return `/api/session/sign-in?returnTo=${encodeURIComponent(returnTo)}`;
}

export interface Change {
  path: string;
  method?: RequestOptions['method'];
  body?: unknown;
}

/** A write with the session's CSRF token; afterwards the named reads are fetched again. */
export function useChange<T = unknown>(stale: QueryKey[] = []) {
  const { csrfToken } = useSession();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ path, method = 'POST', body }: Change) => request<T>(path, { method, body, csrfToken }),
    onSuccess: () => Promise.all(stale.map((queryKey) => queryClient.invalidateQueries({ queryKey }))),
  });
}
