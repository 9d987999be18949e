/**
 * Addresses that tell what expires, for feed readers and calendars. An address holds its own key: it is shown
 * once, and can be taken back.
 */
import { makeStyles, MessageBar, MessageBarBody, tokens } from '@fluentui/react-components';
import { AddRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FEEDS, FEEDS_KEY, feedsQuery, type ExpiryFeed, type NewExpiryFeed } from '../../api/connectors';
import { useNotice } from '../../app/notices';
import { useChange } from '../../app/session';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { CopyField } from '../../ui/CopyField';
import { DataTable, type DataColumn } from '../../ui/DataTable';
import { DialogButton } from '../../ui/DialogButton';
import { ResultDialog } from '../../ui/FormDialog';
import { Panel } from '../../ui/layout';
import { LoadingPanel } from '../../ui/Loading';
import { Problem } from '../../ui/Problem';
import { Time } from '../../ui/Time';
import { NameDialog } from './NameDialog';

const useStyles = makeStyles({
  note: { margin: `0 0 ${tokens.spacingVerticalM}`, color: tokens.colorNeutralForeground2 },
});

export function Feeds() {
  const styles = useStyles();
  const { t } = useTranslation();
  const say = useNotice();
  const [asking, setAsking] = useState(false);
  const [revoking, setRevoking] = useState<ExpiryFeed | null>(null);
  const { data, error, refetch } = useQuery(feedsQuery);
  const create = useChange<NewExpiryFeed>([FEEDS_KEY]);
  const revoke = useChange([FEEDS_KEY]);
  const columns = useColumns(setRevoking);
  if (error && !data) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingPanel />;
  const working = data.value.filter((feed) => !feed.isRevoked);
  const close = () => {
    revoke.reset();
    setRevoking(null);
  };
  return (
    <Panel
      title={t('feeds.title')}
      actions={
        <DialogButton icon={<AddRegular />} onClick={() => setAsking(true)}>
          {t('feeds.add')}
        </DialogButton>
      }
    >
      <p className={styles.note}>{t('feeds.intro')}</p>
      <DataTable
        label={t('feeds.title')}
        columns={columns}
        rows={working}
        rowKey={(row) => row.id}
        empty={t('feeds.none')}
      />
      {asking ? (
        <NameDialog
          title={t('feeds.add')}
          label={t('feeds.description')}
          busy={create.isPending}
          error={create.error}
          onClose={() => setAsking(false)}
          onSubmit={(description) =>
            create.mutate({ path: FEEDS, body: { description } }, { onSuccess: () => setAsking(false) })
          }
        />
      ) : null}
      {create.data ? (
        <ResultDialog title={t('feeds.made')} onClose={() => create.reset()}>
          <CopyField label={t('feeds.rss')} text={create.data.rssAddress} />
          <CopyField label={t('feeds.ical')} text={create.data.calendarAddress} />
          <MessageBar intent="warning" layout="multiline">
            <MessageBarBody>{t('feeds.once')}</MessageBarBody>
          </MessageBar>
        </ResultDialog>
      ) : null}
      <ConfirmDialog
        open={revoking !== null}
        title={t('feeds.revokeTitle')}
        confirm={t('feeds.revoke')}
        busy={revoke.isPending}
        error={revoke.error}
        onConfirm={() =>
          revoke.mutate(
            { path: `${FEEDS}/${encodeURIComponent(revoking?.id ?? '')}`, method: 'DELETE' },
            {
              onSuccess: () => {
                say(t('feeds.revoked'));
                close();
              },
            },
          )
        }
        onClose={close}
      >
        {t('feeds.revokeText')}
      </ConfirmDialog>
    </Panel>
  );
}

function useColumns(onRevoke: (feed: ExpiryFeed) => void): DataColumn<ExpiryFeed>[] {
  const { t } = useTranslation();
  return useMemo(
    () => [
      { id: 'description', header: t('feeds.description'), cell: (row) => row.description },
      {
        id: 'created',
        header: t('feeds.created'),
        width: '30%',
        cell: (row) => <Time iso={row.createdDateTime} dateOnly />,
      },
      {
        id: 'actions',
        header: t('table.actions'),
        width: '20%',
        cell: (row) => (
          <DialogButton
            size="small"
            aria-label={t('feeds.revokeNamed', { name: row.description })}
            onClick={() => onRevoke(row)}
          >
            {t('feeds.revoke')}
          </DialogButton>
        ),
      },
    ],
    [t, onRevoke],
  );
}
