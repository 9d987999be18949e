/**
 * Mounts the interface the way `main.tsx` does, against a hand-written stand-in for `fetch`.
 */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, RouterProvider } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import { vi } from 'vitest';
import { PreferencesProvider } from '../src/app/preferences';
import { createAppRouter } from '../src/app/router';
import { ThemedRoot } from '../src/app/ThemedRoot';
import { startI18n, type Language } from '../src/i18n/i18n';

export interface Answer {
  status?: number;
  body?: unknown;
}

export interface Sent {
  method: string;
  path: string;
  csrf: string | null;
  body: unknown;
}

export const SESSION = {
  user: { id: 'u', displayName: 'Ada Admiral', userPrincipalName: 'ada@contoso.example' },
  tenant: { id: 't', displayName: 'Contoso', domain: 'contoso.example' },
  permissions: ['Microsoft.Intune_Organization_Read'],
  csrfToken: 'token-of-the-session',
  version: '0.1.0',
  locale: null,
};

/** Answers by `METHOD /path` without the query; records what was sent. Anything else is a 404. */
export function stubServer(answers: Record<string, Answer | ((sent: Sent) => Answer)>): Sent[] {
  const log: Sent[] = [];
  vi.stubGlobal('fetch', (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    const sent: Sent = {
      method: init.method ?? 'GET',
      path,
      csrf: headers.get('x-csrf-token'),
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
    };
    log.push(sent);
    const found = answers[`${sent.method} ${path.split('?')[0]}`];
    const answer = typeof found === 'function' ? found(sent) : found;
    const { status = 200, body } = answer ?? {
      status: 404,
      body: { code: 'not_found', detail: 'nothing here' },
    };
    return Promise.resolve(new Response(body === undefined ? null : JSON.stringify(body), { status }));
  });
  return log;
}

export async function show(path: string, language: Language = 'en') {
  await startI18n(language);
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const router = createAppRouter(queryClient, createMemoryHistory({ initialEntries: [path] }));
  render(
    <PreferencesProvider>
      <ThemedRoot>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </ThemedRoot>
    </PreferencesProvider>,
  );
  return router;
}
