"""Makes published.xlsx out of tests/data/published.csv, every cell as text."""
import csv, sys
from openpyxl import Workbook
wb = Workbook(); ws = wb.active; ws.title = "目录"
for row in csv.reader(open(sys.argv[1], encoding="utf-8-sig", newline="")):
    ws.append([cell or None for cell in row])
for row in ws.iter_rows():
    for cell in row:
        cell.number_format = "@"
wb.save("published.xlsx")
