import { Badge, Text } from '@mantine/core'
import type { ExtensionVersion } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import type { Translate } from '../../text/index.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import type { Column } from '../../ui/row-table.tsx'

export const keyOfReview = (review: ExtensionVersion) => review.code

/** The columns of every list of reviews. */
export function reviewColumns(t: Translate): readonly Column<ExtensionVersion>[] {
  return [
    {
      key: 'extension',
      header: t('extensions.name'),
      cell: (review) => (
        <>
          <LinkTo {...links.extension(review.code, 'review', review.version)} fw={500} className="wrap-anywhere">
            {review.name}
          </LinkTo>
          <Text fz="xs" c="dimmed">
            {t('check.version', { version: review.version })}
          </Text>
        </>
      ),
    },
    {
      key: 'by',
      header: t('extension.submittedBy'),
      width: 160,
      cell: (review) => review.submittedBy?.name,
    },
    {
      key: 'submitted',
      header: t('life.submittedColumn'),
      width: 170,
      times: true,
      cell: (review) => review.submittedAt && <Instant at={review.submittedAt} zoned={false} />,
    },
    {
      key: 'due',
      header: t('review.due'),
      width: 250,
      times: true,
      cell: (review) => (
        <>
          {review.dueAt && <Instant at={review.dueAt} zoned={false} />}{' '}
          {review.overdue && (
            <Badge color="red" variant="light" tt="none">
              {t('review.overdue')}
            </Badge>
          )}
        </>
      ),
    },
    { key: 'owner', header: t('extensions.owner'), width: 150, cell: (review) => review.owner.name },
  ]
}
