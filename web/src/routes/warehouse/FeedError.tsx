/**
 * A refused request to the feed: the server's sentence, and the place in `$filter` that it means.
 */
import { makeStyles, MessageBar, MessageBarBody, MessageBarTitle, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { Failure } from '../../api/client';
import { splitAt } from './address';

const useStyles = makeStyles({
  code: {
    display: 'block',
    margin: `${tokens.spacingVerticalS} 0 0`,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase300,
    overflowWrap: 'anywhere',
    whiteSpace: 'pre-wrap',
  },
  mark: {
    backgroundColor: tokens.colorPaletteRedBackground3,
    color: tokens.colorNeutralForegroundOnBrand,
    forcedColorAdjust: 'none',
    borderRadius: tokens.borderRadiusSmall,
  },
});

export function FeedError({ failure, filter }: { failure: Failure; filter: string | undefined }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const { position } = failure;
  const inFilter =
    filter &&
    position !== undefined &&
    (failure.target === undefined || failure.target === '$filter' || failure.target === 'sql');
  const parts = inFilter ? splitAt(filter, position) : null;
  return (
    <MessageBar intent="error" layout="multiline" role="alert">
      <MessageBarBody>
        <MessageBarTitle>
          {failure.target ? t('explorer.refusedOption', { option: failure.target }) : t('explorer.refused')}
        </MessageBarTitle>{' '}
        <span lang="en">{failure.detail}</span>{' '}
        {position === undefined ? null : t('explorer.here', { position })}
        {parts ? (
          <code className={styles.code} data-error-position={position}>
            {parts.before}
            <mark className={styles.mark}>{parts.mark}</mark>
            {parts.after}
          </code>
        ) : null}
      </MessageBarBody>
    </MessageBar>
  );
}
