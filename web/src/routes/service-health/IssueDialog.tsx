/**
 * Opens an incident or advisory by hand.
 */
import { Field, Input, Textarea } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  CLASSIFICATIONS,
  NEW_ISSUE,
  OPEN_STATUSES,
  overviewsQuery,
  SERVICE_HEALTH_KEY,
} from '../../api/serviceHealth';
import { useNotice } from '../../app/notices';
import { useChange } from '../../app/session';
import { useLabels } from '../../i18n/labels';
import { FormDialog } from '../../ui/FormDialog';
import { useChecks } from '../../ui/useChecks';
import { Choice } from './Choice';

const CHECKED = ['title', 'service', 'feature', 'impactDescription', 'text'] as const;

function missing(text: string, sentence: string): string | undefined {
  return text.trim() === '' ? sentence : undefined;
}

export function IssueDialog({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const labels = useLabels();
  const say = useNotice();
  const navigate = useNavigate();
  const known = useId();
  const overviews = useQuery(overviewsQuery(i18n.language));
  const [issue, setIssue] = useState({
    title: '',
    classification: 'incident',
    service: '',
    feature: '',
    status: 'investigating',
    impactDescription: '',
    text: '',
  });
  const set = (change: Partial<typeof issue>) => setIssue((before) => ({ ...before, ...change }));
  const save = useChange<{ id: string }>([SERVICE_HEALTH_KEY]);
  const checks = useChecks(
    CHECKED,
    {
      title: missing(issue.title, t('health.titleMissing')),
      service: missing(issue.service, t('health.serviceMissing')),
      impactDescription: missing(issue.impactDescription, t('health.impactMissing')),
    },
    save.error,
  );
  const submit = () => {
    const { feature, text, ...rest } = issue;
    const optional = { feature: feature.trim() || undefined, text: text.trim() || undefined };
    save.mutate(
      { path: NEW_ISSUE, body: { ...rest, ...optional } },
      {
        onSuccess: ({ id }) => {
          say(t('health.issueOpened'));
          onClose();
          void navigate({
            to: '/tenant-status/service-health/issues/$id',
            params: { id },
            resetScroll: false,
          });
        },
      },
    );
  };
  return (
    <FormDialog
      title={t('health.openIssue')}
      submit={t('health.openIssueSubmit')}
      busy={save.isPending}
      error={checks.error}
      ownChecks
      onSubmit={() => checks.send(submit)}
      onClose={onClose}
    >
      <Field label={t('health.issueTitle')} required {...checks.of('title')}>
        <Input value={issue.title} maxLength={200} onChange={(_, data) => set({ title: data.value })} />
      </Field>
      <Choice
        label={t('health.classification')}
        value={issue.classification}
        values={CLASSIFICATIONS}
        word={labels.classification}
        onChange={(classification) => set({ classification })}
      />
      <Field label={t('health.service')} hint={t('health.serviceHint')} required {...checks.of('service')}>
        <Input
          value={issue.service}
          maxLength={200}
          list={known}
          onChange={(_, data) => set({ service: data.value })}
        />
      </Field>
      <datalist id={known}>
        {overviews.data?.value.map(({ id, service }) => (
          <option key={id} value={service}>
            {service}
          </option>
        ))}
      </datalist>
      <Field label={t('health.feature')} {...checks.of('feature')}>
        <Input value={issue.feature} maxLength={200} onChange={(_, data) => set({ feature: data.value })} />
      </Field>
      <Choice
        label={t('health.status')}
        value={issue.status}
        values={OPEN_STATUSES}
        word={labels.serviceStatus}
        onChange={(status) => set({ status })}
      />
      <Field
        label={t('health.userImpact')}
        hint={t('health.impactHint')}
        required
        {...checks.of('impactDescription')}
      >
        <Textarea
          value={issue.impactDescription}
          maxLength={4000}
          rows={3}
          onChange={(_, data) => set({ impactDescription: data.value })}
        />
      </Field>
      <Field label={t('health.firstPost')} hint={t('health.firstPostHint')} {...checks.of('text')}>
        <Textarea
          value={issue.text}
          maxLength={4000}
          rows={3}
          onChange={(_, data) => set({ text: data.value })}
        />
      </Field>
    </FormDialog>
  );
}
