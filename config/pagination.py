from rest_framework.pagination import CursorPagination


class Pages(CursorPagination):
    """Cursors, because a page number over half a million rows means counting and skipping them."""

    page_size = 100
    max_page_size = 1000
    page_size_query_param = "page_size"
    ordering = "id"
