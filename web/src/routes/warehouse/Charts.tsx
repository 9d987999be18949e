/**
 * The data behind the trend charts, to keep before the warehouse moves to another place.
 */
import { Link, makeStyles, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { chartsQuery } from '../../api/queries';
import { Panel } from '../../ui/layout';

const NAMES = {
  termsAcceptance: 'chart.termsAcceptance',
  appProtection: 'chart.appProtection',
  appProtectionInstances: 'chart.appProtectionInstances',
  configurationDevices: 'chart.configurationDevices',
  configurationUsers: 'chart.configurationUsers',
  compliance: 'chart.compliance',
  enrollment: 'chart.enrollment',
  enrollmentFailures: 'chart.enrollmentFailures',
} as const;

function isKnown(name: string): name is keyof typeof NAMES {
  return name in NAMES;
}

const useStyles = makeStyles({
  intro: {
    margin: `0 0 ${tokens.spacingVerticalM}`,
    color: tokens.colorNeutralForeground2,
    maxWidth: '80ch',
  },
  list: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalXL}`,
    margin: 0,
    padding: 0,
    listStyleType: 'none',
  },
});

export function Charts() {
  const styles = useStyles();
  const { t } = useTranslation();
  const { data } = useQuery(chartsQuery);
  if (!data) return null;
  return (
    <Panel title={t('charts.title')}>
      <p className={styles.intro}>{t('charts.intro')}</p>
      <ul className={styles.list}>
        {data.value.map((chart) => (
          <li key={chart.name}>
            <Link href={chart.href} download={`${chart.name}.csv`}>
              {isKnown(chart.name) ? t(NAMES[chart.name]) : chart.name}
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
