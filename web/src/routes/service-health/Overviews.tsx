/**
 * Every service and how it is now.
 */
import { makeStyles, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { overviewsQuery } from '../../api/serviceHealth';
import { Section } from './Section';
import { ServiceStatusBadge } from './badges';
import { useLabels } from '../../i18n/labels';

const useStyles = makeStyles({
  grid: {
    listStyleType: 'none',
    margin: 0,
    padding: 0,
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 240px), 1fr))',
    gap: tokens.spacingHorizontalM,
  },
  service: {
    display: 'grid',
    gap: tokens.spacingVerticalXS,
    justifyItems: 'start',
    padding: tokens.spacingHorizontalM,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    overflowWrap: 'anywhere',
  },
});

export function Overviews() {
  const styles = useStyles();
  const { t, i18n } = useTranslation();
  const labels = useLabels();
  const answer = useQuery(overviewsQuery(i18n.language));
  return (
    <Section title={t('health.services')} answer={answer}>
      <ul className={styles.grid}>
        {answer.data?.value.map((overview) => (
          <li key={overview.id} className={styles.service}>
            <span>{labels.serviceName(overview.service)}</span>
            <ServiceStatusBadge status={overview.status} />
          </li>
        ))}
      </ul>
    </Section>
  );
}
