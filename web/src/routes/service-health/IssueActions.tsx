/**
 * What an operator can do with an issue, or why it is not theirs to change.
 */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { HEALTH_UPDATE, type ServiceIssue } from '../../api/serviceHealth';
import { DialogButton } from '../../ui/DialogButton';
import { Needs } from '../../ui/Needs';
import { useRowStyles } from './Issues';
import { PostDialog } from './PostDialog';

export function IssueActions({ issue }: { issue: ServiceIssue }) {
  const row = useRowStyles();
  const { t } = useTranslation();
  if (issue.isResolved) return null;
  if (issue.source === 'import') return <p className={row.note}>{t('health.fromElsewhere')}</p>;
  return (
    <Needs permission={HEALTH_UPDATE}>
      <Operate issue={issue} />
    </Needs>
  );
}

function Operate({ issue }: { issue: ServiceIssue }) {
  const row = useRowStyles();
  const { t } = useTranslation();
  const [asked, setAsked] = useState<'post' | 'resolve' | null>(null);
  const isMonitors = issue.source === 'monitor';
  return (
    <>
      {isMonitors ? <p className={row.note}>{t('health.resolvesItself')}</p> : null}
      <div className={row.tools}>
        <DialogButton onClick={() => setAsked('post')}>{t('health.post')}</DialogButton>
        {isMonitors ? null : (
          <DialogButton onClick={() => setAsked('resolve')}>{t('health.resolve')}</DialogButton>
        )}
      </div>
      {asked ? <PostDialog issue={issue} ends={asked === 'resolve'} onClose={() => setAsked(null)} /> : null}
    </>
  );
}
