/**
 * Tenant status → Tenant details: the tenant at a glance, and its licenses.
 */
import { makeStyles, Text, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { tenantDetailsQuery } from '../../api/queries';
import type { Licence, TenantDetails as Tenant } from '../../api/types';
import { useFormats } from '../../i18n/format';
import { useLabels } from '../../i18n/labels';
import { DataTable, type DataColumn } from '../../ui/DataTable';
import { Facts, Panel } from '../../ui/layout';
import { RouterLink } from '../../ui/links';
import { LoadingPanel } from '../../ui/Loading';
import { Problem } from '../../ui/Problem';

const useStyles = makeStyles({
  numbers: {
    margin: 0,
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 180px), 1fr))',
    gap: tokens.spacingHorizontalXL,
  },
  number: {
    display: 'flex',
    flexDirection: 'column-reverse',
    justifyContent: 'flex-end',
    gap: tokens.spacingVerticalXXS,
  },
  figure: {
    margin: 0,
    fontSize: tokens.fontSizeHero700,
    lineHeight: tokens.lineHeightHero700,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: 'tabular-nums',
  },
  caption: { color: tokens.colorNeutralForeground2 },
  bar: {
    margin: `${tokens.spacingVerticalL} 0 ${tokens.spacingVerticalS}`,
    display: 'grid',
    gap: tokens.spacingVerticalS,
  },
  share: { width: '100%', height: '4px', forcedColorAdjust: 'none' },
  note: { display: 'block', marginTop: tokens.spacingVerticalM, color: tokens.colorNeutralForeground2 },
});

export function TenantDetails() {
  const { data, error, refetch } = useQuery(tenantDetailsQuery);
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  return data ? <Details tenant={data} /> : <LoadingPanel />;
}

function Details({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation();
  const format = useFormats();
  const labels = useLabels();
  return (
    <>
      <Numbers tenant={tenant} />
      <Panel title={t('tab.tenantDetails')}>
        <Facts
          unknown={t('value.unknown')}
          facts={[
            { label: t('tenant.name'), value: tenant.tenantName },
            {
              label: t('tenant.location'),
              value: tenant.tenantLocation ? labels.location(format.region(tenant.tenantLocation)) : null,
            },
            { label: t('tenant.mdmAuthority'), value: labels.mdmAuthority(tenant.mdmAuthority) },
            { label: t('tenant.accountStatus'), value: labels.accountStatus(tenant.accountStatus) },
            {
              label: t('tenant.serviceRelease'),
              value: (
                <RouterLink
                  to="/whats-new"
                  hash={`release-${tenant.serviceRelease}`}
                  title={t('tenant.whatsNewLink')}
                >
                  {tenant.serviceRelease}
                </RouterLink>
              ),
            },
            {
              label: t('tenant.lastSnapshot'),
              value: tenant.lastSnapshotDateKey
                ? format.dateKey(tenant.lastSnapshotDateKey)
                : t('tenant.noSnapshot'),
            },
          ]}
        />
      </Panel>
      <Licenses tenant={tenant} />
    </>
  );
}

function Numbers({ tenant }: { tenant: Tenant }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const format = useFormats();
  const numbers = [
    { label: t('tenant.enrolledDevices'), value: tenant.totalEnrolledDevices },
    { label: t('tenant.licensedUsers'), value: tenant.totalLicensedUsers },
    { label: t('tenant.totalLicenses'), value: tenant.totalLicenses },
    { label: t('tenant.assignedLicenses'), value: tenant.assignedLicenses },
  ];
  return (
    <Panel>
      <dl className={styles.numbers}>
        {numbers.map(({ label, value }) => (
          <div key={label} className={styles.number}>
            <dt className={styles.caption}>{label}</dt>
            <dd className={styles.figure}>{format.number(value)}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

function Licenses({ tenant }: { tenant: Tenant }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const format = useFormats();
  const share = tenant.totalLicenses > 0 ? Math.min(1, tenant.assignedLicenses / tenant.totalLicenses) : 0;
  const sentence = t('tenant.licensesAssignedOf', {
    count: tenant.totalLicenses,
    assigned: format.number(tenant.assignedLicenses),
    total: format.number(tenant.totalLicenses),
  });
  const columns = useMemo<DataColumn<Licence>[]>(
    () => [
      { id: 'name', header: t('license.name'), cell: (row) => row.displayName ?? row.skuPartNumber },
      { id: 'sku', header: t('license.sku'), cell: (row) => row.skuPartNumber, breakAnywhere: true },
      {
        id: 'total',
        header: t('license.total'),
        numeric: true,
        width: '16%',
        cell: (row) => format.number(row.enabledUnits),
      },
      {
        id: 'used',
        header: t('license.assigned'),
        numeric: true,
        width: '16%',
        cell: (row) => format.number(row.consumedUnits),
      },
      {
        id: 'free',
        header: t('license.available'),
        numeric: true,
        width: '16%',
        cell: (row) => format.number(Math.max(0, row.enabledUnits - row.consumedUnits)),
      },
    ],
    [t, format],
  );
  return (
    <Panel title={t('license.title')}>
      <div className={styles.bar}>
        <Text>{sentence}</Text>
        <svg className={styles.share} role="img" aria-label={sentence}>
          <rect width="100%" height="4" rx="2" fill={tokens.colorNeutralBackground6} />
          <rect width={`${share * 100}%`} height="4" rx="2" fill={tokens.colorCompoundBrandBackground} />
        </svg>
      </div>
      <DataTable
        label={t('license.title')}
        columns={columns}
        rows={tenant.licenses}
        rowKey={(row) => row.skuPartNumber}
        empty={t('license.none')}
      />
      <Text className={styles.note}>{t('tenant.licenses.devicesNotShown')}</Text>
    </Panel>
  );
}
