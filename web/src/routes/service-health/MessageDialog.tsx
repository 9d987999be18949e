/**
 * Publishes a message in the message center.
 */
import { Field, Input, Switch, Textarea } from '@fluentui/react-components';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CATEGORIES, MESSAGES_KEY, NEW_MESSAGE, SEVERITIES } from '../../api/serviceHealth';
import { useNotice } from '../../app/notices';
import { useChange } from '../../app/session';
import { useLabels } from '../../i18n/labels';
import { FormDialog } from '../../ui/FormDialog';
import { useChecks } from '../../ui/useChecks';
import { Choice } from './Choice';
import { endOfDay, names } from './typed';

const CHECKED = ['title', 'body', 'services', 'tags', 'actionRequiredByDateTime', 'endDateTime'] as const;

const EMPTY = {
  title: '',
  body: '',
  category: 'stayInformed',
  severity: 'normal',
  services: '',
  tags: '',
  isMajorChange: false,
  actBy: '',
  ends: '',
};
type Typed = typeof EMPTY;

export function MessageDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const say = useNotice();
  const navigate = useNavigate();
  const [message, setMessage] = useState(EMPTY);
  const [now] = useState(() => Date.now());
  const set = (change: Partial<Typed>) => setMessage((before) => ({ ...before, ...change }));
  const save = useChange<{ id: string }>(MESSAGES_KEY.map((key) => [key]));
  const isPast = (day: string) => day !== '' && Date.parse(endOfDay(day) ?? '') <= now;
  const checks = useChecks(
    CHECKED,
    {
      title: message.title.trim() === '' ? t('messages.titleMissing') : undefined,
      body: message.body.trim() === '' ? t('messages.bodyMissing') : undefined,
      actionRequiredByDateTime: isPast(message.actBy) ? t('messages.dayIsPast') : undefined,
      endDateTime: isPast(message.ends) ? t('messages.dayIsPast') : undefined,
    },
    save.error,
  );
  const submit = () => {
    const { actBy, ends, services, tags, ...rest } = message;
    const body = {
      ...rest,
      services: names(services),
      tags: names(tags),
      actionRequiredByDateTime: endOfDay(actBy),
      endDateTime: endOfDay(ends),
    };
    save.mutate(
      { path: NEW_MESSAGE, body },
      {
        onSuccess: ({ id }) => {
          say(t('messages.publishedNow'));
          onClose();
          void navigate({
            to: '/tenant-status/service-health/messages/$id',
            params: { id },
            resetScroll: false,
          });
        },
      },
    );
  };
  return (
    <FormDialog
      title={t('messages.publish')}
      submit={t('messages.publishSubmit')}
      busy={save.isPending}
      error={checks.error}
      ownChecks
      onSubmit={() => checks.send(submit)}
      onClose={onClose}
    >
      <Field label={t('messages.messageTitle')} required {...checks.of('title')}>
        <Input value={message.title} maxLength={200} onChange={(_, data) => set({ title: data.value })} />
      </Field>
      <Field label={t('messages.body')} hint={t('messages.bodyHint')} required {...checks.of('body')}>
        <Textarea
          value={message.body}
          maxLength={20_000}
          rows={6}
          onChange={(_, data) => set({ body: data.value })}
        />
      </Field>
      <Kind message={message} set={set} />
      <Field
        label={t('messages.actBy')}
        hint={t('messages.actByHint')}
        {...checks.of('actionRequiredByDateTime')}
      >
        <Input type="date" value={message.actBy} onChange={(_, data) => set({ actBy: data.value })} />
      </Field>
      <Field label={t('messages.ends')} hint={t('messages.endsHint')} {...checks.of('endDateTime')}>
        <Input type="date" value={message.ends} onChange={(_, data) => set({ ends: data.value })} />
      </Field>
      <Field label={t('messages.services')} hint={t('messages.commas')} {...checks.of('services')}>
        <Input value={message.services} onChange={(_, data) => set({ services: data.value })} />
      </Field>
      <Field label={t('messages.tags')} hint={t('messages.tagsHint')} {...checks.of('tags')}>
        <Input value={message.tags} onChange={(_, data) => set({ tags: data.value })} />
      </Field>
    </FormDialog>
  );
}

function Kind({ message, set }: { message: Typed; set: (change: Partial<Typed>) => void }) {
  const { t } = useTranslation();
  const labels = useLabels();
  return (
    <>
      <Choice
        label={t('messages.category')}
        value={message.category}
        values={CATEGORIES}
        word={labels.messageCategory}
        onChange={(category) => set({ category })}
      />
      <Choice
        label={t('messages.severity')}
        value={message.severity}
        values={SEVERITIES}
        word={labels.severity}
        onChange={(severity) => set({ severity })}
      />
      <Switch
        label={t('messages.majorChange')}
        checked={message.isMajorChange}
        onChange={(_, data) => set({ isMajorChange: data.checked })}
      />
    </>
  );
}
