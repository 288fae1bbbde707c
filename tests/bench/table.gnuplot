# The table as a picture: gnuplot -e "data = 'FILE'" table.gnuplot
# A panel for each figure, a bar for each server, ours in another colour.

set terminal svg size 1000,780 font "sans-serif,11" \
    background rgb "white"
set datafile separator "\t" missing "?"
set style fill solid 0.8 noborder
set boxwidth 0.7
set yrange [0:*]
set offsets 0.2, 0.2, graph 0.15, 0
set xtics rotate by -40 nomirror scale 0
unset ytics
set border 1
unset key

figures = "cpu rate parallel stream greeting dot speed large idle peak calls \
flushes"
titles = "'CPU, ms per session' 'sessions/s, one at a time' \
'sessions/s, 20 in parallel' 'messages/s in one connection' \
'connect to 220, ms' 'dot to 250, 4 KiB, ms' '50 MiB, MB/s' \
'50 MiB, CPU ms' 'idle session, KiB' 'more for 50 MiB, KiB' \
'system calls per session' 'flushes per message'"

# Three digits, and none behind the point where there are three before it.
shown(x) = sprintf(x < 10 ? "%.2f" : x < 100 ? "%.1f" : "%.0f", x)

set multiplot layout 3,4
do for [i = 1:words(figures)] {
	set title word(titles, i)
	name = word(figures, i)
	plot data using 0:name:($0 < 2 ? 2 : 1):xtic(1) with boxes \
	    linecolor variable, \
	    data using 0:name:(shown(column(name))) with labels \
	    offset 0, 0.6
}
unset multiplot
