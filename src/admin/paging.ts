/** Lists of the administration API are paged by keyset: `next` of a page is `after` of the next one. */
export {
  decodeCursor,
  encodeCursor,
  type ListPage,
  pageBody,
  pageFrom,
  pageOf,
  pageQuery,
  sendPage,
  sortOf,
  sortQuery,
} from '../http/index.ts'
