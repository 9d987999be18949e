/**
 * Tells more of an open issue, or ends it: a text, and how it stands from now on.
 */
import { Field, Textarea } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  END_STATUSES,
  issueAddress,
  OPEN_STATUSES,
  SERVICE_HEALTH_KEY,
  type ServiceIssue,
} from '../../api/serviceHealth';
import { useNotice } from '../../app/notices';
import { useChange } from '../../app/session';
import { useLabels } from '../../i18n/labels';
import { FormDialog } from '../../ui/FormDialog';
import { useChecks } from '../../ui/useChecks';
import { Choice } from './Choice';

const CHECKED = ['text', 'impactDescription'] as const;

export interface PostDialogProps {
  issue: ServiceIssue;
  /** Whether this ends the issue. */
  ends: boolean;
  onClose: () => void;
}

export function PostDialog({ issue, ends, onClose }: PostDialogProps) {
  const { t } = useTranslation();
  const labels = useLabels();
  const say = useNotice();
  const [text, setText] = useState('');
  const [impact, setImpact] = useState(issue.impactDescription);
  const restored = issue.classification === 'incident' ? 'serviceRestored' : 'resolved';
  const [status, setStatus] = useState(ends ? restored : issue.status);
  const save = useChange([SERVICE_HEALTH_KEY]);
  const checks = useChecks(
    CHECKED,
    {
      text: text.trim() === '' ? t('health.postMissing') : undefined,
      impactDescription: impact.trim() === '' ? t('health.impactMissing') : undefined,
    },
    save.error,
  );
  const changedImpact = ends || impact.trim() === issue.impactDescription ? undefined : impact;
  const submit = () =>
    save.mutate(
      {
        path: issueAddress(issue.id, ends ? 'resolve' : 'posts'),
        body: { text, status, impactDescription: changedImpact },
      },
      {
        onSuccess: () => {
          say(ends ? t('health.issueResolved') : t('health.posted'));
          onClose();
        },
      },
    );
  return (
    <FormDialog
      title={ends ? t('health.resolveNamed', { id: issue.id }) : t('health.postNamed', { id: issue.id })}
      submit={ends ? t('health.resolve') : t('health.post')}
      busy={save.isPending}
      error={checks.error}
      ownChecks
      onSubmit={() => checks.send(submit)}
      onClose={onClose}
    >
      <Field
        label={t('health.postText')}
        hint={ends ? t('health.resolveHint') : t('health.postHint')}
        required
        {...checks.of('text')}
      >
        <Textarea value={text} maxLength={4000} rows={4} onChange={(_, data) => setText(data.value)} />
      </Field>
      <Choice
        label={t('health.status')}
        value={status}
        values={ends ? END_STATUSES : OPEN_STATUSES}
        word={labels.serviceStatus}
        onChange={setStatus}
      />
      {ends ? null : (
        <Field label={t('health.userImpact')} required {...checks.of('impactDescription')}>
          <Textarea value={impact} maxLength={4000} rows={3} onChange={(_, data) => setImpact(data.value)} />
        </Field>
      )}
    </FormDialog>
  );
}
