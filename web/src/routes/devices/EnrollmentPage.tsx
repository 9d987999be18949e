/**
 * Enrollment tokens: who may still bring devices in, and how to end that.
 */
import { Badge } from '@fluentui/react-components';
import { AddRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { enrollmentTokensQuery } from '../../api/queries';
import type { EnrollmentToken } from '../../api/types';
import { useChange } from '../../app/session';
import { useNotice } from '../../app/notices';
import { useFormats } from '../../i18n/format';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { DataTable, type DataColumn } from '../../ui/DataTable';
import { DialogButton } from '../../ui/DialogButton';
import { Page, PageHeader, Panel, Unknown } from '../../ui/layout';
import { Problem } from '../../ui/Problem';
import { Time } from '../../ui/Time';
import { useNow } from '../../ui/useNow';
import { EnrollDialog } from './EnrollDialog';

const NO_ROWS: EnrollmentToken[] = [];

export function EnrollmentPage() {
  const { t } = useTranslation();
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<EnrollmentToken | null>(null);
  const { data, error, refetch } = useQuery(enrollmentTokensQuery);
  const columns = useColumns(setRevoking);
  return (
    <Page>
      <PageHeader
        title={t('page.enrollment')}
        intro={t('enrollment.intro')}
        actions={
          <DialogButton appearance="primary" icon={<AddRegular />} onClick={() => setCreating(true)}>
            {t('enroll.action')}
          </DialogButton>
        }
      />
      {error ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : (
        <Panel>
          <DataTable
            label={t('page.enrollment')}
            columns={columns}
            rows={data?.value ?? NO_ROWS}
            rowKey={(token) => token.id}
            loading={!data}
            empty={t('enrollment.none')}
            minWidth="760px"
          />
        </Panel>
      )}
      {creating ? <EnrollDialog onClose={() => setCreating(false)} /> : null}
      <RevokeDialog token={revoking} onClose={() => setRevoking(null)} />
    </Page>
  );
}

function useColumns(onRevoke: (token: EnrollmentToken) => void): DataColumn<EnrollmentToken>[] {
  const { t } = useTranslation();
  const format = useFormats();
  const now = useNow();
  return useMemo(
    () => [
      {
        id: 'description',
        header: t('enroll.description'),
        width: '28%',
        cell: (token) => token.description || t('enrollment.noDescription'),
      },
      { id: 'state', header: t('enrollment.state'), cell: (token) => <TokenState token={token} now={now} /> },
      {
        id: 'created',
        header: t('enrollment.created'),
        cell: (token) => <Time iso={token.createdDateTime} />,
      },
      {
        id: 'expires',
        header: t('enrollment.expires'),
        cell: (token) => <Time iso={token.expirationDateTime} />,
      },
      {
        id: 'uses',
        header: t('enrollment.usesLeft'),
        numeric: true,
        width: '13%',
        cell: (token) =>
          token.usesRemaining === null ? (
            <Unknown label={t('value.unknown')} />
          ) : (
            format.number(token.usesRemaining)
          ),
      },
      {
        id: 'actions',
        header: t('table.actions'),
        width: '14%',
        cell: (token) =>
          isUsable(token, now) ? (
            <DialogButton
              size="small"
              onClick={() => onRevoke(token)}
              aria-label={t('enrollment.revokeOne', {
                what: token.description || t('enrollment.noDescription'),
              })}
            >
              {t('enrollment.revoke')}
            </DialogButton>
          ) : null,
      },
    ],
    [t, format, now, onRevoke],
  );
}

function isUsable(token: EnrollmentToken, now: number): boolean {
  return !token.isRevoked && token.usesRemaining !== 0 && new Date(token.expirationDateTime).getTime() > now;
}

function TokenState({ token, now }: { token: EnrollmentToken; now: number }) {
  const { t } = useTranslation();
  if (isUsable(token, now)) {
    return (
      <Badge appearance="tint" color="success">
        {t('enrollment.usable')}
      </Badge>
    );
  }
  const reason = token.isRevoked
    ? t('enrollment.revoked')
    : token.usesRemaining === 0
      ? t('enrollment.usedUp')
      : t('enrollment.expired');
  return (
    <Badge appearance="tint" color="informative">
      {reason}
    </Badge>
  );
}

function RevokeDialog({ token, onClose }: { token: EnrollmentToken | null; onClose: () => void }) {
  const { t } = useTranslation();
  const say = useNotice();
  const revoke = useChange([['enrollmentTokens']]);
  const close = () => {
    revoke.reset();
    onClose();
  };
  const confirm = () => {
    if (!token) return;
    revoke.mutate(
      { path: `/api/enrollmentTokens/${encodeURIComponent(token.id)}/revoke`, body: {} },
      {
        onSuccess: () => {
          say(t('enrollment.revokedToast'));
          close();
        },
      },
    );
  };
  return (
    <ConfirmDialog
      open={token !== null}
      title={t('enrollment.revokeTitle')}
      confirm={t('enrollment.revoke')}
      busy={revoke.isPending}
      error={revoke.error}
      onConfirm={confirm}
      onClose={close}
    >
      {t('enrollment.revokeText')}
    </ConfirmDialog>
  );
}
