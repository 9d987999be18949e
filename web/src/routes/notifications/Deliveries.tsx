/**
 * What was sent, what failed and why; a failed one can be sent again.
 */
import { Badge, Button, MessageBar, MessageBarBody, type BadgeProps } from '@fluentui/react-components';
import { CheckmarkCircleRegular, ClockRegular, ErrorCircleRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { DELIVERIES_KEY, deliveriesQuery, type Delivery } from '../../api/notifications';
import { useNotice } from '../../app/notices';
import { useChange } from '../../app/session';
import { useLabels } from '../../i18n/labels';
import { DataTable, type DataColumn } from '../../ui/DataTable';
import { FilterSelect, Toolbar } from '../../ui/FilterSelect';
import { Panel } from '../../ui/layout';
import { Pager } from '../../ui/Pager';
import { Problem, useFailureText } from '../../ui/Problem';
import { When } from '../../ui/When';

const STATES = ['waiting', 'sending', 'retrying', 'sent', 'failed'];
const LOOKS: Record<string, Pick<BadgeProps, 'color' | 'icon'>> = {
  sent: { color: 'success', icon: <CheckmarkCircleRegular /> },
  failed: { color: 'danger', icon: <ErrorCircleRegular /> },
};
const NONE: Delivery[] = [];

export function Deliveries() {
  const { t, i18n } = useTranslation();
  const labels = useLabels();
  const navigate = useNavigate();
  const search = useSearch({ strict: false });
  const page = search.page ?? 1;
  const answer = useQuery(deliveriesQuery(i18n.language, { page, state: search.state }));
  const failureText = useFailureText();
  const say = useNotice();
  const retry = useChange([DELIVERIES_KEY]);
  const again = (id: string) =>
    retry.mutate(
      { path: `/api/notifications/deliveries/${encodeURIComponent(id)}/retry` },
      { onSuccess: () => say(t('notify.retried')) },
    );
  const columns = useColumns(again);
  const go = (next: { page?: number | undefined; state?: string | undefined }) =>
    void navigate({
      to: '/notifications/$tab',
      params: { tab: 'deliveries' },
      search: next,
      resetScroll: false,
    });
  if (answer.error && !answer.data)
    return <Problem error={answer.error} onRetry={() => void answer.refetch()} />;
  return (
    <Panel title={t('notify.tab.deliveries')}>
      <Toolbar>
        <FilterSelect
          label={t('notify.state')}
          all={t('notify.anyState')}
          value={search.state}
          options={STATES.map((value) => ({ value, label: labels.deliveryState(value) }))}
          onChange={(state) => go({ state })}
        />
      </Toolbar>
      {retry.error ? (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>{failureText(retry.error)}</MessageBarBody>
        </MessageBar>
      ) : null}
      <DataTable
        label={t('notify.tab.deliveries')}
        columns={columns}
        rows={answer.data?.value ?? NONE}
        rowKey={(row) => row.id}
        loading={answer.isPending}
        empty={t('notify.noDeliveries')}
      />
      <Pager
        page={page}
        shown={answer.data?.value.length ?? 0}
        total={answer.data?.['@odata.count']}
        onPage={(next) => go({ page: next, state: search.state })}
      />
    </Panel>
  );
}

function useColumns(again: (id: string) => void): DataColumn<Delivery>[] {
  const { t } = useTranslation();
  const labels = useLabels();
  return useMemo(
    () => [
      { id: 'title', header: t('notify.title'), cell: (row) => row.title },
      {
        id: 'channel',
        header: t('notify.channel'),
        width: '18%',
        cell: (row) => `${row.channelName} (${labels.channelKind(row.channelKind)})`,
      },
      {
        id: 'state',
        header: t('notify.state'),
        width: '14%',
        cell: (row) => (
          <Badge appearance="tint" {...(LOOKS[row.state] ?? { color: 'warning', icon: <ClockRegular /> })}>
            {labels.deliveryState(row.state)}
          </Badge>
        ),
      },
      {
        id: 'created',
        header: t('notify.when'),
        width: '17%',
        cell: (row) => <When iso={row.createdDateTime} />,
      },
      {
        id: 'why',
        header: t('notify.why'),
        width: '24%',
        cell: (row) =>
          row.lastError ? (
            <>
              {row.lastError}{' '}
              {row.state === 'failed' ? (
                <Button
                  size="small"
                  aria-label={t('notify.retryNamed', { title: row.title })}
                  onClick={() => again(row.id)}
                >
                  {t('notify.retry')}
                </Button>
              ) : null}
            </>
          ) : (
            t('notify.noTrouble')
          ),
      },
    ],
    [t, labels, again],
  );
}
