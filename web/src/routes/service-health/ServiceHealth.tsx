/**
 * Tenant status → Service health and message center. Each part asks for itself: a reader who may see the
 * messages alone sees them, and for the rest the permission that is missing.
 */
import { useParams, useRouterState } from '@tanstack/react-router';
import { ActionItems } from './ActionItems';
import { Issues } from './Issues';
import { Messages } from './Messages';
import { Overviews } from './Overviews';

export function ServiceHealth() {
  const { id } = useParams({ strict: false });
  const part = useRouterState({ select: (state) => state.location.pathname.split('/')[3] });
  return (
    <>
      <Overviews />
      <Issues open={part === 'issues' ? id : undefined} />
      <ActionItems />
      <Messages open={part === 'messages' ? id : undefined} />
    </>
  );
}
