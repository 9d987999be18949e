/**
 * App registrations: programs that read the data warehouse on their own, and their client secrets.
 */
import { Badge, makeStyles, tokens } from '@fluentui/react-components';
import { AddRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { applicationsQuery } from '../../api/queries';
import type { Application, PasswordCredential } from '../../api/types';
import { useSession } from '../../app/session';
import { useLabels } from '../../i18n/labels';
import { CopyField } from '../../ui/CopyField';
import { DataTable, type DataColumn } from '../../ui/DataTable';
import { Page, PageHeader, Panel, Unknown } from '../../ui/layout';
import { LoadingPanel } from '../../ui/Loading';
import { Problem } from '../../ui/Problem';
import { Time } from '../../ui/Time';
import { useNow } from '../../ui/useNow';
import { CreateApplicationDialog, DeletePasswordDialog, NewPasswordDialog } from './dialogs';
import { DialogButton } from '../../ui/DialogButton';

const useStyles = makeStyles({
  ids: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 300px), 1fr))',
    gap: tokens.spacingHorizontalL,
    marginBottom: tokens.spacingVerticalL,
  },
  badges: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalXS },
  add: { marginTop: tokens.spacingVerticalL },
  secrets: { margin: `0 0 ${tokens.spacingVerticalXS}`, fontSize: tokens.fontSizeBase300 },
});

export function ApplicationsPage() {
  const { t } = useTranslation();
  const [creating, setCreating] = useState(false);
  const { data, error, refetch } = useQuery(applicationsQuery);
  return (
    <Page>
      <PageHeader
        title={t('page.applications')}
        intro={t('applications.intro')}
        actions={
          <DialogButton appearance="primary" icon={<AddRegular />} onClick={() => setCreating(true)}>
            {t('applications.create')}
          </DialogButton>
        }
      />
      {error ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingPanel /> : null}
      {data?.value.length === 0 ? <Panel>{t('applications.none')}</Panel> : null}
      {data?.value.map((application) => (
        <Registration key={application.id} application={application} />
      ))}
      {creating ? <CreateApplicationDialog onClose={() => setCreating(false)} /> : null}
    </Page>
  );
}

function Registration({ application }: { application: Application }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const labels = useLabels();
  const { tenant } = useSession();
  const [adding, setAdding] = useState(false);
  const [deleting, setDeleting] = useState<PasswordCredential | null>(null);
  const columns = usePasswordColumns(setDeleting);
  return (
    <Panel
      title={application.displayName}
      actions={
        <div className={styles.badges}>
          {application.permissions.map((permission) => (
            <Badge key={permission} appearance="tint" color="brand" title={permission}>
              {labels.permission(permission)}
            </Badge>
          ))}
        </div>
      }
    >
      <div className={styles.ids}>
        <CopyField label={t('applications.clientId')} text={application.appId} />
        <CopyField label={t('account.tenantId')} text={tenant.id} />
      </div>
      <h3 className={styles.secrets}>{t('applications.secrets')}</h3>
      <DataTable
        label={t('applications.secretsOf', { name: application.displayName })}
        columns={columns}
        rows={application.passwordCredentials}
        rowKey={(credential) => credential.keyId}
        empty={t('applications.noSecrets')}
        minWidth="560px"
      />
      <div className={styles.add}>
        <DialogButton
          icon={<AddRegular />}
          onClick={() => setAdding(true)}
          aria-label={t('applications.addSecretTo', { name: application.displayName })}
        >
          {t('applications.addSecret')}
        </DialogButton>
      </div>
      {adding ? <NewPasswordDialog application={application} onClose={() => setAdding(false)} /> : null}
      <DeletePasswordDialog
        application={application}
        credential={deleting}
        onClose={() => setDeleting(null)}
      />
    </Panel>
  );
}

function usePasswordColumns(
  onDelete: (credential: PasswordCredential) => void,
): DataColumn<PasswordCredential>[] {
  const { t } = useTranslation();
  const now = useNow();
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('applications.secretName'),
        cell: (row) => row.displayName || t('enrollment.noDescription'),
      },
      {
        id: 'hint',
        header: t('applications.hint'),
        cell: (row) => (row.hint ? <code>{`${row.hint}…`}</code> : <Unknown label={t('value.unknown')} />),
      },
      {
        id: 'expires',
        header: t('enrollment.expires'),
        cell: (row) => (
          <>
            <Time iso={row.endDateTime} dateOnly />{' '}
            {new Date(row.endDateTime).getTime() < now ? (
              <Badge appearance="tint" color="danger">
                {t('enrollment.expired')}
              </Badge>
            ) : null}
          </>
        ),
      },
      {
        id: 'actions',
        header: t('table.actions'),
        width: '16%',
        cell: (row) => (
          <DialogButton
            size="small"
            onClick={() => onDelete(row)}
            aria-label={t('applications.deleteSecretNamed', {
              name: row.displayName || row.hint || row.keyId,
            })}
          >
            {t('action.delete')}
          </DialogButton>
        ),
      },
    ],
    [t, now, onDelete],
  );
}
