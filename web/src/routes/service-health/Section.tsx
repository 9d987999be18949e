/**
 * One part of the page, with its own answer to "may you see this" and "did it work".
 */
import type { ReactNode } from 'react';
import { isStatus } from '../../api/client';
import { Panel } from '../../ui/layout';
import { LoadingPanel } from '../../ui/Loading';
import { Problem } from '../../ui/Problem';

interface SectionProps {
  title: string;
  actions?: ReactNode;
  answer: { data: unknown; error: unknown; refetch: () => unknown };
  children: ReactNode;
}

export function Section({ title, actions, answer, children }: SectionProps) {
  if (answer.error && (!answer.data || isStatus(answer.error, 403))) {
    return (
      <Panel title={title}>
        <Problem error={answer.error} onRetry={() => void answer.refetch()} />
      </Panel>
    );
  }
  if (!answer.data) return <LoadingPanel />;
  return (
    <Panel title={title} actions={actions}>
      {children}
    </Panel>
  );
}
