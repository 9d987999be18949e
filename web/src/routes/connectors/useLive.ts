/**
 * Hears of changes and asks again, so that a page is true without being loaded anew. Where the stream is not to
 * be had, the pages' own polling still works.
 */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { CHANGES, CONNECTORS_KEY } from '../../api/connectors';

export function useLive(): void {
  const queryClient = useQueryClient();
  useEffect(() => {
    if (typeof EventSource === 'undefined') return undefined;
    const source = new EventSource(CHANGES);
    // The first event tells where things stand; only those after it tell of something new.
    let known: string | null = null;
    source.addEventListener('change', (event: MessageEvent<string>) => {
      if (known !== null && known !== event.data) {
        void queryClient.invalidateQueries({ queryKey: CONNECTORS_KEY });
      }
      known = event.data;
    });
    return () => source.close();
  }, [queryClient]);
}
