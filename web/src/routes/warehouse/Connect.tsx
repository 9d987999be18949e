/**
 * How to read the warehouse with the tools people have.
 */
import { Link, makeStyles, Tab, TabList, tokens } from '@fluentui/react-components';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Warehouse } from '../../api/types';
import { useSession } from '../../app/session';
import { CopyField } from '../../ui/CopyField';
import { Panel } from '../../ui/layout';
import { RouterLink } from '../../ui/links';
import { snippet, TOOLS, type Tool } from './snippets';

const useStyles = makeStyles({
  tabs: { flexWrap: 'wrap', marginLeft: `calc(-1 * ${tokens.spacingHorizontalM})` },
  panel: { paddingTop: tokens.spacingVerticalM, display: 'grid', gap: tokens.spacingVerticalM, minWidth: 0 },
  text: { margin: 0, maxWidth: '80ch' },
  links: { margin: 0, display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalL },
});

export function Connect({ warehouse }: { warehouse: Warehouse }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const { tenant } = useSession();
  const [tool, setTool] = useState<Tool>('powerBi');
  const id = useId();
  const names = { powerBi: 'Power BI, Excel', pandas: 'Python, pandas', duckdb: 'DuckDB', curl: 'curl' };
  const code = snippet(tool, {
    origin: location.origin,
    tenantId: tenant.id,
    root: warehouse.pathRoot,
    duckdbAttach: warehouse.duckdbAttach ?? 'ducklake:sqlite:/PATH/TO/DATA/catalogue.sqlite',
  });
  return (
    <Panel title={t('connect.title')}>
      <TabList
        className={styles.tabs}
        aria-label={t('connect.title')}
        selectedValue={tool}
        onTabSelect={(_, data) => setTool(data.value as Tool)}
      >
        {TOOLS.map((name) => (
          <Tab key={name} value={name} id={`${id}-${name}`} aria-controls={`${id}-panel`}>
            {names[name]}
          </Tab>
        ))}
      </TabList>
      <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${tool}`} className={styles.panel}>
        {tool === 'powerBi' ? (
          <p className={styles.links}>
            <Link href="/api/warehouse/power-bi.pbids" download="warehouse.pbids">
              {t('connect.pbids')}
            </Link>
            <Link href="/api/warehouse/excel.odc?table=devices" download="devices.odc">
              {t('connect.odc')}
            </Link>
          </p>
        ) : null}
        <p className={styles.text}>{t(`connect.${tool}`)}</p>
        {tool === 'duckdb' ? null : (
          <p className={styles.text}>
            {t('connect.needsApplication')}{' '}
            <RouterLink to="/applications">{t('connect.toApplications')}</RouterLink>
          </p>
        )}
        <CopyField label={t('connect.code')} text={code} block hideLabel />
      </div>
    </Panel>
  );
}
