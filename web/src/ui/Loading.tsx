/**
 * Holds the place of what is on its way.
 */
import { makeStyles, Skeleton, SkeletonItem, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { Panel } from './layout';

const useStyles = makeStyles({
  lines: { display: 'grid', gap: tokens.spacingVerticalL, maxWidth: '640px' },
});

export function LoadingPanel() {
  const { t } = useTranslation();
  return (
    <Panel>
      <Skeleton aria-label={t('value.loading')} className={useStyles().lines}>
        <SkeletonItem size={24} />
        <SkeletonItem />
        <SkeletonItem />
        <SkeletonItem />
      </Skeleton>
    </Panel>
  );
}
