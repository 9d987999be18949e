/**
 * The message center: the ten most recent active messages, older ones on request. Reading one marks it read.
 */
import { Badge, Button, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import {
  ArchiveRegular,
  MailReadRegular,
  MailUnreadRegular,
  StarFilled,
  StarOffRegular,
  StarRegular,
} from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import {
  markAddress,
  messageQuery,
  messagesQuery,
  MESSAGES_KEY,
  type Mark,
  type ServiceMessage,
} from '../../api/serviceHealth';
import { useChange } from '../../app/session';
import { useFormats } from '../../i18n/format';
import { useLabels } from '../../i18n/labels';
import { Disclosures } from '../../ui/Disclosures';
import { Facts } from '../../ui/layout';
import { ButtonLink } from '../../ui/links';
import { RichText } from '../../ui/RichText';
import { Time } from '../../ui/Time';
import { When } from '../../ui/When';
import { SeverityBadge } from './badges';
import { useRowStyles } from './Issues';
import { EndMessage, PublishMessage } from './MessageActions';
import { Section } from './Section';

const useStyles = makeStyles({
  read: { fontWeight: tokens.fontWeightRegular },
  star: { color: tokens.colorPaletteMarigoldForeground1, verticalAlign: 'text-bottom', marginRight: '4px' },
  content: { display: 'grid', gap: tokens.spacingVerticalL },
});

function Head({ message }: { message: ServiceMessage }) {
  const styles = useStyles();
  const row = useRowStyles();
  const { t } = useTranslation();
  const labels = useLabels();
  const { isRead, isFavorited, isArchived } = message.viewPoint;
  return (
    <span className={row.row}>
      <span className={mergeClasses(row.title, isRead && styles.read)}>
        {isFavorited ? <StarFilled className={styles.star} aria-label={t('messages.favorite')} /> : null}
        {message.title}
      </span>
      <span className={row.meta}>
        {isRead ? null : (
          <Badge appearance="filled" color="brand">
            {t('messages.unread')}
          </Badge>
        )}
        {isArchived ? <Badge appearance="outline">{t('messages.archived')}</Badge> : null}
        <span>{labels.messageCategory(message.category)}</span>
        {message.severity === 'normal' ? null : <SeverityBadge severity={message.severity} />}
        {message.isMajorChange ? <Badge appearance="tint">{t('messages.majorChange')}</Badge> : null}
        {message.actionRequiredByDateTime ? (
          <span>
            {t('messages.actBy')} <Time iso={message.actionRequiredByDateTime} dateOnly />
          </span>
        ) : null}
        <span>
          {t('messages.published')} <Time iso={message.startDateTime} dateOnly />
        </span>
        <span>{message.id}</span>
      </span>
    </span>
  );
}

function useMark() {
  const change = useChange(MESSAGES_KEY.map((key) => [key]));
  return {
    error: change.error,
    busy: change.isPending,
    mark: (mark: Mark, id: string) => change.mutate({ path: markAddress(mark), body: { messageIds: [id] } }),
  };
}

function MessageView({ message }: { message: ServiceMessage }) {
  const styles = useStyles();
  const row = useRowStyles();
  const { t } = useTranslation();
  const format = useFormats();
  const { mark, busy } = useMark();
  const { isRead, isArchived, isFavorited } = message.viewPoint;
  const marked = useRef<string | null>(null);
  useEffect(() => {
    if (isRead || marked.current === message.id) return;
    marked.current = message.id;
    mark('markRead', message.id);
  }, [isRead, message.id, mark]);
  return (
    <div className={styles.content}>
      <RichText body={message.body} />
      <Facts
        unknown={t('value.unknown')}
        facts={[
          { label: t('messages.services'), value: format.list(message.services) },
          {
            label: t('messages.tags'),
            value: message.tags.length > 0 ? format.list(message.tags) : t('messages.noTags'),
          },
          {
            label: t('messages.actBy'),
            value: <When iso={message.actionRequiredByDateTime} none={t('messages.noActBy')} />,
          },
          { label: t('health.updated'), value: <When iso={message.lastModifiedDateTime} /> },
          { label: t('messages.ends'), value: <When iso={message.endDateTime} none={t('messages.noEnd')} /> },
        ]}
      />
      <div className={row.tools}>
        <Button
          disabledFocusable={busy}
          icon={isRead ? <MailUnreadRegular /> : <MailReadRegular />}
          onClick={() => mark(isRead ? 'markUnread' : 'markRead', message.id)}
        >
          {isRead ? t('messages.markUnread') : t('messages.markRead')}
        </Button>
        <Button
          disabledFocusable={busy}
          icon={isFavorited ? <StarOffRegular /> : <StarRegular />}
          onClick={() => mark(isFavorited ? 'unfavorite' : 'favorite', message.id)}
        >
          {isFavorited ? t('messages.unfavoriteAction') : t('messages.favoriteAction')}
        </Button>
        <Button
          disabledFocusable={busy}
          icon={<ArchiveRegular />}
          onClick={() => mark(isArchived ? 'unarchive' : 'archive', message.id)}
        >
          {isArchived ? t('messages.unarchiveAction') : t('messages.archiveAction')}
        </Button>
        <EndMessage message={message} />
      </div>
    </div>
  );
}

const NONE: ServiceMessage[] = [];

function useShown(messages: ServiceMessage[], open: string | undefined): ServiceMessage[] {
  const { i18n } = useTranslation();
  const isListed = messages.some((message) => message.id === open);
  const one = useQuery({
    ...messageQuery(i18n.language, open ?? ''),
    enabled: open !== undefined && !isListed,
  });
  const found = one.data;
  return useMemo(
    () => (found && !isListed && found.id === open ? [found, ...messages] : messages),
    [found, isListed, open, messages],
  );
}

export function Messages({ open }: { open: string | undefined }) {
  const row = useRowStyles();
  const { t, i18n } = useTranslation();
  const format = useFormats();
  const navigate = useNavigate();
  const search = useSearch({ strict: false });
  const past = search.messages === 'past';
  const answer = useQuery(messagesQuery(i18n.language, past));
  const messages = useShown(answer.data?.value ?? NONE, open);
  const count = answer.data?.['@odata.count'] ?? messages.length;
  const keep = { search: { past: search.past, messages: search.messages }, resetScroll: false } as const;
  const go = (id: string | undefined) =>
    id
      ? navigate({ to: '/tenant-status/service-health/messages/$id', params: { id }, ...keep })
      : navigate({ to: '/tenant-status/service-health', ...keep });
  const title = past ? t('messages.titleAll') : t('messages.title', { count, number: format.number(count) });
  return (
    <Section
      title={title}
      answer={answer}
      actions={
        <div className={row.tools}>
          <ButtonLink to="/notifications/$tab" params={{ tab: 'mine' }}>
            {t('messages.preferences')}
          </ButtonLink>
          <PublishMessage />
        </div>
      }
    >
      <p className={row.note}>{past ? t('messages.allShown') : t('messages.tenMessages')}</p>
      {messages.length === 0 ? <p>{t('messages.none')}</p> : null}
      <Disclosures
        entries={messages.map((message) => ({ id: message.id, message, head: <Head message={message} /> }))}
        open={open}
        onOpen={(id) => void go(id)}
      >
        {({ message }) => <MessageView message={message} />}
      </Disclosures>
      <div className={row.more}>
        <Button
          aria-pressed={past}
          onClick={() =>
            void navigate({
              to: '.',
              search: (old) => ({ ...old, messages: past ? undefined : 'past' }),
              resetScroll: false,
            })
          }
        >
          {past ? t('messages.hidePast') : t('messages.seePast')}
        </Button>
      </div>
    </Section>
  );
}
