/**
 * What a synchronisation brought and is kept: how many, and the first of them for whoever asks to see them.
 */
import { Button, Link, makeStyles, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { broughtQuery, type Brought as Kind, type BroughtThing } from '../../api/connectors';
import { useFormats } from '../../i18n/format';
import { DataTable, type DataColumn } from '../../ui/DataTable';
import { Problem } from '../../ui/Problem';

const useStyles = makeStyles({
  parts: { display: 'grid', gap: tokens.spacingVerticalM },
  heading: { margin: `0 0 ${tokens.spacingVerticalM}`, fontSize: tokens.fontSizeBase300 },
  line: { display: 'flex', alignItems: 'center', flexWrap: 'wrap', gap: tokens.spacingHorizontalM },
});

const TITLES = {
  autopilotIdentities: 'connectors.brought.autopilotIdentities',
  appleDevices: 'connectors.brought.appleDevices',
  apps: 'connectors.brought.apps',
  books: 'connectors.brought.books',
} as const satisfies Record<Kind['kind'], string>;

export function Brought({ kinds }: { kinds: Kind[] }) {
  const styles = useStyles();
  const { t } = useTranslation();
  return (
    <div>
      <h4 className={styles.heading}>{t('connectors.brought')}</h4>
      <div className={styles.parts}>
        {kinds.map((kind) => (
          <OfKind key={kind.kind} of={kind} />
        ))}
      </div>
    </div>
  );
}

function OfKind({ of }: { of: Kind }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const format = useFormats();
  const [isShown, setShown] = useState(false);
  const title = t(TITLES[of.kind], { count: of.count, number: format.number(of.count) });
  return (
    <div className={styles.parts}>
      <div className={styles.line}>
        <span>{title}</span>
        <Button
          size="small"
          aria-expanded={isShown}
          aria-label={`${t(isShown ? 'connectors.hideList' : 'connectors.showList')}: ${title}`}
          onClick={() => setShown(!isShown)}
        >
          {t(isShown ? 'connectors.hideList' : 'connectors.showList')}
        </Button>
        <Link href={of.list}>{t('connectors.asJson')}</Link>
      </div>
      {isShown ? <List of={of} title={title} /> : null}
    </div>
  );
}

function List({ of, title }: { of: Kind; title: string }) {
  const { t } = useTranslation();
  const { data, error, isPending, refetch } = useQuery(broughtQuery(of.list));
  const columns = useMemo<DataColumn<BroughtThing>[]>(() => {
    const none = t('connectors.notApplicable');
    const column = (id: keyof BroughtThing, header: string): DataColumn<BroughtThing> => ({
      id,
      header,
      cell: (row) => row[id] ?? none,
      breakAnywhere: true,
    });
    switch (of.kind) {
      case 'autopilotIdentities':
        return [
          column('serialNumber', t('connectors.serialNumber')),
          column('model', t('connectors.model')),
          column('userPrincipalName', t('connectors.assignedUser')),
          column('groupTag', t('connectors.groupTag')),
        ];
      case 'appleDevices':
        return [
          column('serialNumber', t('connectors.serialNumber')),
          column('model', t('connectors.model')),
          column('assetTag', t('connectors.assetTag')),
        ];
      default:
        return [
          {
            id: 'adamId',
            header: t('connectors.storeNumber'),
            cell: (row) => <Link href={row.appStoreUrl}>{row.adamId}</Link>,
          },
          { ...column('usedLicenseCount', t('connectors.licencesUsed')), numeric: true },
          { ...column('totalLicenseCount', t('connectors.licences')), numeric: true },
        ];
    }
  }, [of.kind, t]);
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  return (
    <DataTable
      label={title}
      columns={columns}
      rows={data?.value ?? []}
      rowKey={(row) => row.id}
      loading={isPending}
      empty={t('connectors.nothingThere')}
    />
  );
}
