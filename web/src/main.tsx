/**
 * Starts the interface: words first, then what the address needs, then the first drawing, which replaces the frame
 * of `index.html` in one step.
 */
import { createDOMRenderer, RendererProvider } from '@fluentui/react-components';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { isStatus, ApiError } from './api/client';
import { sessionQuery } from './api/queries';
import { initialLanguage, PreferencesProvider } from './app/preferences';
import { createAppRouter } from './app/router';
import { ThemedRoot } from './app/ThemedRoot';
import { startI18n } from './i18n/i18n';

function createQueryClient(onSignedOut: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (isStatus(error, 401)) onSignedOut();
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // A refusal will not change by asking again; only an unreachable or stumbling server may.
        retry: (count, error) =>
          count < 1 &&
          (!(error instanceof ApiError) || error.failure.status === 0 || error.failure.status >= 500),
        retryDelay: 800,
      },
    },
  });
}

async function start(): Promise<void> {
  await startI18n(initialLanguage());

  const queryClient: QueryClient = createQueryClient(() => {
    queryClient.setQueryData(sessionQuery.queryKey, null);
    void router.invalidate();
  });
  const router = createAppRouter(queryClient);

  const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
  const renderer = createDOMRenderer(document, nonce ? { styleElementAttributes: { nonce } } : {});

  await router.load();
  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no element #root');
  createRoot(root).render(
    <RendererProvider renderer={renderer} targetDocument={document}>
      <PreferencesProvider>
        <ThemedRoot>
          <QueryClientProvider client={queryClient}>
            <RouterProvider router={router} />
          </QueryClientProvider>
        </ThemedRoot>
      </PreferencesProvider>
    </RendererProvider>,
  );
}

void start();
